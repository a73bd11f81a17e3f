/** Waits until something is so, or a time has passed. */
import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import { type Durable, waitFor } from './durable.ts';

/** A durable timer: how long, and what the Web UI shows beside it. */
export interface Timer {
  readonly ms: number;
  readonly summary: string;
}

/**
 * What Temporal's `condition` does, with two thirds of its promises: a run keeps them for as long as it is paused.
 * @throws {CancelledFailure} where what runs here is cancelled
 */
export function* waitUntil(fn: () => boolean, timer?: Timer): Durable<void> {
  if (!timer) return yield* waitFor(condition(fn));
  const { ms, summary } = timer;
  const scope = new CancellationScope();
  let hasPassed = false;
  const pass = () => {
    hasPassed = true;
  };
  const ended = scope.run(() => sleep(ms, { summary })).then(pass, () => {});
  try {
    yield* waitFor(condition(() => fn() || hasPassed));
  } finally {
    scope.cancel();
    // Whatever comes next stands after the end of the timer in the history.
    yield* waitFor(ended);
  }
}
