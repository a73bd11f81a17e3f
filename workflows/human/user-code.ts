/** Functions of users in a run: while any is at work, Temporal takes its stacks as it does elsewhere. */
import { type Durable, isThenable } from './durable.ts';
import { takeStacks } from './stacks.ts';

export class UserCode {
  #running = 0;
  #leaveOut = () => {};

  /** What it returns; `wait` waits where that is a promise. */
  *settle<T>(call: () => T | PromiseLike<T>, wait: (promise: PromiseLike<T>) => Durable<T>): Durable<T> {
    this.#running += 1;
    if (this.#running === 1) this.#leaveOut = takeStacks();
    try {
      const returned = call();
      return isThenable(returned) ? yield* wait(returned) : returned;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#leaveOut();
    }
  }
}
