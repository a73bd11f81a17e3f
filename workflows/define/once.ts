/** Code that a human let run once. What it calls runs once, too: a payment that a function makes is as good as one that is a step. */
import { CancellationScope } from '@temporalio/workflow';
import { markOf } from './beside.ts';

/** On the scope itself, as of {@link ./beside.ts}. */
const ONCE = Symbol.for('holdpoint.once');

/**
 * What the function returns; a scope of its own marks whatever it does, also after its awaits.
 * @param begun gets each activity that it calls by holdpoint's proxies; once it is frozen, no other begins
 */
export function once<T>(call: () => T, begun: Promise<unknown>[]): T {
  let outcome: () => T;
  // A scope gives a promise of everything; a plain function has returned, or thrown, by now.
  void Object.assign(new CancellationScope(), { [ONCE]: begun }).run(async () => {
    try {
      const returned = call();
      outcome = () => returned;
    } catch (error) {
      outcome = () => {
        throw error;
      };
    }
  });
  return outcome!();
}

/** What such code has begun so far; `undefined` where any other code asks. */
export function begunOnce(): Promise<unknown>[] | undefined {
  return markOf(ONCE) as Promise<unknown>[] | undefined;
}
