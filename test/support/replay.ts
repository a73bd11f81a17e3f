/** Replays histories against a bundle: a worker of now must do with them what the worker of then did. */
import { type ReplayWorkerOptions, Worker } from '@temporalio/worker';
import type { History } from './history.ts';

export interface Recorded {
  readonly workflowId: string;
  readonly history: History;
}

/** One sentence for each history that this code would have made otherwise. */
export async function replayProblems(
  bundle: string,
  histories: readonly Recorded[],
  options: Omit<ReplayWorkerOptions, 'workflowBundle' | 'workflowsPath'> = {},
): Promise<string[]> {
  const problems: string[] = [];
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { ...options, workflowBundle: { code: bundle } },
    histories,
  )) {
    replayed += 1;
    if (error) problems.push(`${workflowId}: ${error.message}`);
  }
  if (replayed !== histories.length) problems.push(`${replayed} of ${histories.length} histories were replayed`);
  return problems;
}
