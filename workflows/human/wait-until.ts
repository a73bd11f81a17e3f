/** Waits until something is so, or a time has passed. */
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { type Durable, waitFor } from './durable.ts';

/** A durable timer: how long, and what the Web UI shows beside it. */
interface Timer {
  readonly ms: number;
  readonly summary: string;
}

/** In another execution than the one that asked, less is left of it. */
export function deadline(id: string, timeoutAt: string): Timer {
  return { ms: Math.max(1, Date.parse(timeoutAt) - Date.now()), summary: `deadline of ${id}` };
}

/**
 * What Temporal's `condition` does, with two thirds of its promises: a run keeps them for as long as it is paused.
 * @throws {CancelledFailure} where what runs here is cancelled
 */
export function* waitUntil(fn: () => boolean, timer?: Timer): Durable<void> {
  if (!timer) return yield* waitFor(condition(fn));
  const { ms, summary } = timer;
  const scope = new CancellationScope();
  let isOver = false;
  const end = (problem?: unknown) => {
    isOver = true;
    if (problem && !isCancellation(problem)) throw problem;
  };
  const ended = scope.run(() => sleep(ms, { summary })).then(end, end);
  try {
    yield* waitFor(condition(() => fn() || isOver));
  } finally {
    scope.cancel();
    // Whatever comes next stands after the end of the timer in the history.
    yield* waitFor(ended);
  }
}
