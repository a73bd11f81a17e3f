/** Code that a human let run once. What it calls runs once, too: a payment that a function makes is as good as one that is a step. */
import { CancellationScope } from '@temporalio/workflow';
import { isWithin } from './beside.ts';

/** On the scope itself, as of {@link ./beside.ts}. */
const ONCE = Symbol.for('holdpoint.once');

/** What the function returns; a scope of its own marks whatever it does, also after its awaits. */
export function once<T>(call: () => T): T {
  let outcome: () => T;
  // A scope gives a promise of everything; a plain function has returned, or thrown, by now.
  void Object.assign(new CancellationScope(), { [ONCE]: true }).run(async () => {
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

export function runsOnceOnly(): boolean {
  return isWithin(ONCE);
}
