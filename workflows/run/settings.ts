/** How a worker is set up, as far as its runs must know: in the history as patches, so that every replay knows the same. */
import { patched, workflowInfo } from '@temporalio/workflow';
import { NO_PLUGIN_PATCH } from '../protocol/patches.ts';

/**
 * What this thread's worker has said no to. It would say so of every run, and to ask it is a message between threads that
 * the run waits for. A patch with no for an answer leaves nothing in a history, so not to ask is the same.
 */
const declined = new Set<string>();

/** Whether the worker that started the run has this setting. */
export function hasSetting(patch: string): boolean {
  const { isReplaying } = workflowInfo().unsafe;
  if (!isReplaying && declined.has(patch)) return false;
  const isSet = patched(patch);
  if (!isSet && !isReplaying) declined.add(patch);
  return isSet;
}

/**
 * Without the plugin a run would start all the same, and go wrong later: activities without their step inputs and heartbeats,
 * data larger than the server takes.
 * @throws a plain error, which fails the workflow task and not the run
 */
export function guardWorker(): void {
  if (hasSetting(NO_PLUGIN_PATCH)) {
    throw new Error("This worker has no holdpointPlugin(): put it into the Worker's `plugins`, or use createWorker().");
  }
}
