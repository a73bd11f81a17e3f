/**
 * A run does not go on outside a workflow task (H6, H8). A query that waits for its worker while an answer arrives makes the SDK
 * run the workflow on what no workflow task of this worker has brought: at the time of the task before, which may be days ago, or
 * with a task that another worker began and did not end. A deadline that is set then may have passed already; and a replay,
 * which reads the same and what came later in one task, does something else.
 * The task or query that shows it fails, and the run is read from its history again: docs/design.md, "Outside a workflow task".
 */
import { workflowInfo } from '@temporalio/workflow';
import { type ActivationJob, activator, type Command } from '../human/activator.ts';
import { FAILURE } from '../protocol/failure.ts';

/** @param onEvent something has come that is an event of its own in the history, and is about to have its effect */
export function guardTasks(onEvent: () => void): void {
  let task = taskNow();
  let upserts = 0;
  activator()?.interceptors?.internals?.unshift({
    activate(input, next) {
      const before = task;
      task = taskNow();
      const grown = task.historyLength - before.historyLength;
      const events = eventsOf(input.activation.jobs);
      if (grown > 0) {
        // Each task begins at its own time, and with a larger history; servers that do not tell its size say 0.
        const isNone = task.time === before.time && task.historySize === before.historySize && task.historySize > 0;
        // What the task before has left: its completion, its commands, what came since, and two events of this task.
        const isUnrecorded = upserts > 0 && grown < 3 + upserts + events;
        upserts = 0;
        if (!task.isReplaying && (isNone || isUnrecorded)) {
          throw new Error(
            `${FAILURE.queriedEarly}: for a query the run went on before its workflow task; it is read again`,
          );
        }
      }
      if (events > 0 || input.activation.jobs.some(isOfOthers)) onEvent();
      next(input);
    },
    concludeActivation(input, next) {
      const output = next(input);
      if (!task.isReplaying) upserts += output.commands.filter(isUpsert).length;
      return output;
    },
  });
}

function taskNow() {
  const { historyLength, historySize, unsafe } = workflowInfo();
  return { historyLength, historySize, time: Date.now(), isReplaying: unsafe.isReplaying };
}

/** Commands that are an event each, whatever comes after them in the same task. */
function isUpsert({ modifyWorkflowProperties, upsertWorkflowSearchAttributes }: Command): boolean {
  return Boolean(modifyWorkflowProperties ?? upsertWorkflowSearchAttributes);
}

/** What other workflows and services have done, of which the history has an event – or none, where it was cancelled before it began. */
function isOfOthers(job: ActivationJob): boolean {
  return Boolean(
    job.resolveChildWorkflowExecutionStart ??
      job.resolveChildWorkflowExecution ??
      job.resolveNexusOperationStart ??
      job.resolveNexusOperation ??
      job.resolveSignalExternalWorkflow ??
      job.resolveRequestCancelExternalWorkflow,
  );
}

/** How many events at least brought what a task begins with. */
function eventsOf(jobs: readonly ActivationJob[]): number {
  let events = 0;
  for (const { signalWorkflow, fireTimer, cancelWorkflow, resolveActivity } of jobs) {
    if (signalWorkflow ?? fireTimer ?? cancelWorkflow) events += 1;
    // It began, and it ended; one that was cancelled or was late may never have begun.
    else if (resolveActivity && !resolveActivity.isLocal) events += resolveActivity.result?.completed ? 2 : 1;
  }
  return events;
}
