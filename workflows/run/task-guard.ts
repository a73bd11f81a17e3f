/**
 * A run does not go on outside a workflow task (H6, H8). A query that waits for its worker while an answer arrives makes the SDK
 * run the workflow on what no workflow task has brought yet, at the time of the task before, which may be days ago: a
 * deadline that is set then has passed already; and the replay, which reads the same in one task, does something else.
 * Such a query fails, and the run is read from its history again: docs/design.md, "Outside a workflow task".
 */
import { workflowInfo } from '@temporalio/workflow';
import { activator } from '../human/activator.ts';
import { FAILURE } from '../protocol/failure.ts';

export function guardTasks(): void {
  let task = taskNow();
  activator()?.interceptors?.internals?.unshift({
    activate(input, next) {
      const before = task;
      task = taskNow();
      // Each task begins at its own time, and with a larger history; servers that do not tell its size say 0.
      const isSame = task.time === before.time && task.historySize === before.historySize && task.historySize > 0;
      if (isSame && task.historyLength > before.historyLength && !task.isReplaying) {
        throw new Error(
          `${FAILURE.queriedEarly}: this query came before the workflow task that is under way; ask again`,
        );
      }
      next(input);
    },
  });
}

function taskNow() {
  const { historyLength, historySize, unsafe } = workflowInfo();
  return { historyLength, historySize, time: Date.now(), isReplaying: unsafe.isReplaying };
}
