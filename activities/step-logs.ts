/** Names the step in what an activity logs, beside its run, which the SDK names; also where the SDK logs that it failed. */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { ToolScope } from '../workflows/protocol/agent.ts';

export function stepLogs({ info }: Pick<Context, 'info'>): ActivityInterceptors {
  let step: string | undefined;
  return {
    inbound: {
      execute: (input, next) => {
        // What holdpoint sends names the run: an argument that does not is the user's own, and no business of a log.
        const { runId, stepName } = (input.args[0] ?? {}) as Partial<Pick<ToolScope, 'runId' | 'stepName'>>;
        if (runId === info.workflowExecution?.workflowId) step = stepName;
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) => next(step === undefined ? attributes : { ...attributes, step }),
    },
  };
}
