/**
 * What one workflow task may schedule, and how many activities a run may have at once: whatever starts together is in one
 * task, and the server ends a run whose task is over 4 MB, and takes no task that makes it over 2,000 activities.
 */
import { sleep } from '@temporalio/workflow';
import type { Departure } from './departure.ts';
import { type Durable, waitFor } from './durable.ts';

/** Bytes of arguments that one workflow task schedules; beside them it has memos and other small things. */
const TASK_LIMIT = 2_500_000;

/** Activities at once; those that functions of users call are not counted. */
export const MOST_AT_WORK = 1_000;

export class TaskRoom {
  readonly #departure: Departure;
  /** What has been scheduled in the workflow task that began with this history. */
  #task = { historyLength: -1, bytes: 0 };
  #atWork = 0;
  readonly #waiting: (() => void)[] = [];
  #asleep = 0;

  /** @param departure tells workflow tasks apart */
  constructor(departure: Departure) {
    this.#departure = departure;
  }

  /** Something begins with the next workflow task. */
  get isAwaited(): boolean {
    return this.#asleep > 0;
  }

  /** One more activity: now, or in the place of one that ends. */
  *admit(): Durable<void> {
    if (this.#atWork < MOST_AT_WORK) this.#atWork += 1;
    else yield* waitFor(new Promise<void>((go) => this.#waiting.push(go)));
  }

  dismiss(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#atWork -= 1;
  }

  /** Takes room for so many bytes in this workflow task, or in a later one. */
  *take(bytes: number): Durable<void> {
    while (this.add(0) > 0 && this.add(0) + bytes > TASK_LIMIT) {
      this.#asleep += 1;
      try {
        yield* waitFor(sleep(1));
      } finally {
        this.#asleep -= 1;
      }
      this.#departure.look();
    }
    this.add(bytes);
  }

  /** Adds to what the workflow task weighs. */
  add(bytes: number): number {
    const { historyLength } = this.#departure;
    if (historyLength !== this.#task.historyLength) this.#task = { historyLength, bytes: 0 };
    this.#task.bytes += bytes;
    return this.#task.bytes;
  }
}
