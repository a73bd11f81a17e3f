/**
 * Work side by side, each of which may wait for a human: branches of a Parallel, tool calls of a turn, members of a team.
 * The first to fail or to cancel ends the others in good order: nothing new starts, open questions are withdrawn, what
 * runs finishes (failure) or is cancelled and awaited (cancel).
 */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { runBeside } from '../define/beside.ts';
import { Branch, BranchStopped } from './branch.ts';
import type { Desk } from './desk.ts';
import { type Durable, drive, waitFor } from './durable.ts';
import { RunCancelled } from './outcome.ts';
import type { Place } from './place.ts';

/**
 * Results in the order of the work.
 * @param place all that the branches do is in it
 * @throws what ended it early, once all have ended
 */
export function* sideBySide<T>(
  desk: Desk,
  parent: Branch,
  work: readonly ((branch: Branch) => Durable<T>)[],
  place: Place,
): Durable<T[]> {
  if (work.length === 1) return [yield* work[0]!(parent)];
  const cancellation = new CancellationScope();
  const results: T[] = [];
  let running = work.length;
  // Held in an object because closures assign it.
  const ending: { error?: unknown } = {};

  function end(error: unknown): void {
    const cancels = error instanceof RunCancelled;
    // A human's no ends the run, also where a sibling has failed in the same workflow task.
    const isLate = cancels ? ending.error instanceof RunCancelled || isCancellation(ending.error) : group.stopped;
    if (error instanceof BranchStopped || isLate) return;
    ending.error = error;
    group.stop(cancels || isCancellation(error) ? 'cancel' : 'failure');
    desk.withdrawStopped();
    if (!cancels) return;
    cancellation.cancel();
    parent.cancelRun(error);
  }

  const group: Branch = new Branch(parent, end);

  let haveBegun = false;
  function* runToEnd(each: (branch: Branch) => Durable<T>, index: number): Durable<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      results[index] = yield* each(new Branch(group));
    } catch (error) {
      failure = { error };
    }
    // All begin before the end of one has its effect; from then on it has it at once.
    if (!haveBegun) yield* waitFor(Promise.resolve());
    if (failure) end(failure.error);
    running -= 1;
    // Show what this one has settled, as no further step of it will.
    if (running > 0) desk.publish({ tell: desk.waits });
  }

  const all = work.map((each, index) => runBeside(cancellation, () => drive(() => runToEnd(each, index))));
  haveBegun = true;
  yield* waitFor(Promise.all(all));
  if (group.stopped) desk.withdrawWithin(place);
  if (!(ending.error instanceof RunCancelled)) parent.check();
  if ('error' in ending) throw ending.error;
  return results;
}
