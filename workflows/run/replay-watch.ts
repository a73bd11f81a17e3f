/**
 * An interceptor for the bundle of `holdpoint replay` alone: says what replayed code shows of its questions and what it begins.
 * Temporal compares a replay's commands by their kind, and a question stands in a memo, which may say anything.
 */
import { proxySinks, type Sinks, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import type { Payload } from '@temporalio/common';
import { MEMO_KEY } from '../protocol/memo.ts';

/** What the code does when something has come. */
export interface Replaying {
  /** Tells workflow tasks apart: the event that one begins with. */
  readonly historyLength: number;
  readonly memos: readonly Payload[];
  /** Activities and timers: a key of its own, and what it is. */
  readonly begun: readonly (readonly [key: string, what: string])[];
  /** Keys of those that are not needed any more. */
  readonly dropped: readonly string[];
  readonly ends: boolean;
}

export interface ReplaySinks extends Sinks {
  readonly holdpointReplay: { concluded(replaying: Replaying): void };
}

const { holdpointReplay } = proxySinks<ReplaySinks>();

export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      concludeActivation(input, next) {
        const output = next(input);
        const begun: [string, string][] = [];
        const dropped: string[] = [];
        const memos: Payload[] = [];
        let ends = false;
        for (const command of output.commands) {
          const { scheduleActivity: activity, scheduleLocalActivity: local, startTimer: timer } = command;
          if (activity) begun.push([`activity ${activity.seq}`, `activity '${activity.activityType}'`]);
          if (local) begun.push([`local ${local.seq}`, `activity '${local.activityType}'`]);
          if (timer) begun.push([`timer ${timer.seq}`, 'a timer']);
          if (command.requestCancelActivity) dropped.push(`activity ${command.requestCancelActivity.seq}`);
          if (command.requestCancelLocalActivity) dropped.push(`local ${command.requestCancelLocalActivity.seq}`);
          if (command.cancelTimer) dropped.push(`timer ${command.cancelTimer.seq}`);
          const memo = command.modifyWorkflowProperties?.upsertedMemo?.fields?.[MEMO_KEY];
          if (memo) memos.push(memo);
          ends ||= Boolean(
            command.completeWorkflowExecution ??
              command.failWorkflowExecution ??
              command.cancelWorkflowExecution ??
              command.continueAsNewWorkflowExecution,
          );
        }
        const { historyLength } = workflowInfo();
        holdpointReplay.concluded({ historyLength, memos, begun, dropped, ends });
        return output;
      },
    },
  ],
});
