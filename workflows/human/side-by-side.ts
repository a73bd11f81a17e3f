/**
 * Work side by side, each of which may wait for a human: branches of a Parallel, tool calls of a turn, members of a team.
 * The first to fail or to cancel ends the others in good order: nothing new starts, open questions are withdrawn, what
 * runs finishes (failure) or is cancelled and awaited (cancel).
 */
import { CancellationScope } from '@temporalio/workflow';
import { Branch, BranchStopped } from './branch.ts';
import type { Desk } from './desk.ts';
import { RunCancelled } from './outcome.ts';

/**
 * Results in the order of the work.
 * @param waits somebody may wait while others have ended: then each tells of itself when it ends
 * @throws what ended it early, once all have ended
 */
export async function sideBySide<T>(
  desk: Desk,
  parent: Branch,
  work: readonly ((branch: Branch) => Promise<T>)[],
  waits: boolean,
): Promise<T[]> {
  // Which branch is the last to end may differ in a replay, so either each tells of itself or, of one alone, none.
  const apart = waits && work.length > 1;
  // What happened before comes before what its branches tell.
  if (waits) desk.publish(parent);
  const group = new Branch(parent);
  const cancellation = new CancellationScope();
  const results: T[] = [];
  const branches = work.map(() => new Branch(group));
  let running = work.length;
  // Held in an object because closures assign it.
  const ending: { error?: unknown } = {};

  const end = (error: unknown) => {
    if (error instanceof BranchStopped || group.stopped) return;
    ending.error = error;
    group.stop(error instanceof RunCancelled ? 'cancel' : 'failure');
    desk.withdrawStopped();
    if (error instanceof RunCancelled) cancellation.cancel();
  };

  await Promise.all(
    work.map((each, index) => {
      const branch = branches[index]!;
      return cancellation
        .run(async () => {
          results[index] = await each(branch);
        })
        .catch(end)
        .finally(() => {
          running -= 1;
          // Show what this one has settled, as no further step of it will.
          if (apart || running > 0) desk.publish(branch, { tell: apart });
        });
    }),
  );
  for (const branch of branches) {
    parent.journal.absorb(branch.journal);
    // Many branches have more to tell than one memo holds.
    if (parent.journal.isFull) desk.publish(parent);
  }
  parent.check();
  if ('error' in ending) throw ending.error;
  return results;
}
