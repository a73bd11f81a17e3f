/** What the activities of an environment's workers were called with, by run. */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** One execution of an activity. */
export interface ActivityCall {
  /** Its type: `fetchData`; of an agent `processor.generate` for a model call, and `processor.deleteRecords` for a tool. */
  readonly activity: string;
  readonly args: readonly unknown[];
  /** From 1; more where it is a retry. */
  readonly attempt: number;
}

export class CallLog {
  readonly #calls = new Map<string, ActivityCall[]>();

  of(runId: string): readonly ActivityCall[] {
    return this.#calls.get(runId) ?? [];
  }

  readonly interceptors: ActivityInterceptorsFactory = ({ info }: Context) => ({
    inbound: {
      execute: (input, next) => {
        const { activityType: activity, attempt, workflowExecution } = info;
        if (workflowExecution) this.#add(workflowExecution.workflowId, { activity, args: input.args, attempt });
        return next(input);
      },
    },
  });

  #add(runId: string, call: ActivityCall): void {
    this.#calls.set(runId, [...this.of(runId), call]);
  }
}
