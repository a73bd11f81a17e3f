/**
 * Code of a run that may wait, as generators: each yields the promises that it waits for, and `drive` alone awaits them. So
 * a call within a call costs nothing while a run waits, and code that has nothing to wait for goes on at once. With async
 * functions each level keeps two promises, and Temporal's worker records a stack for each that it sees (stacks.ts).
 *
 * A call must stand behind `yield*`, or nothing happens: test/unit/human/durable.test.ts looks for one that does not.
 */
import { showWaiting, withoutStacks } from './stacks.ts';

export type Durable<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits; throws what the promise rejects with. */
export function* waitFor<T>(promise: PromiseLike<T>): Durable<T> {
  const waited = Promise.resolve(promise);
  showWaiting(waited);
  return (yield waited) as T;
}

/**
 * Runs code to its end; starts at once.
 * @param start gets what ends it from outside with an error: then it waits for ever where it stands
 */
export function drive<T>(start: (abandon: (error: unknown) => void) => Durable<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const code = start(reject);
    const goOn = (next: () => IteratorResult<Promise<unknown>, T>) => {
      try {
        withoutStacks(() => {
          const { done, value } = next();
          if (done) resolve(value);
          else
            value.then(
              (result) => goOn(() => code.next(result)),
              (error: unknown) => goOn(() => code.throw(error)),
            );
        });
      } catch (error) {
        reject(error);
      }
    };
    goOn(() => code.next());
  });
}

export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
