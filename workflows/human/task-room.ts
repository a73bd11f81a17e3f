/**
 * What one workflow task may schedule and show, and how many activities a run may have at once: whatever starts together is in
 * one task, and the server ends a run whose task is over 4 MB, and takes no task that makes it over 2,000 activities.
 */
import { CancellationScope, patched, sleep } from '@temporalio/workflow';
import type { Departure } from './departure.ts';
import { CROWDED_PATCH } from '../protocol/patches.ts';
import { type Durable, waitFor } from './durable.ts';

/** Bytes of arguments that one workflow task schedules; beside them it has memos and other small things. */
const TASK_LIMIT = 2_500_000;

/** Bytes of memos, and of messages about pauses, in one workflow task: past the first, they leave out what waits, and past the second nothing more goes on. */
const MEMO_LIMITS = { crowded: 500_000, full: 1_000_000 };

/** Activities at once; those that functions of users call are not counted. */
export const MOST_AT_WORK = 1_000;

export class TaskRoom {
  readonly #departure: Departure;
  /** What has been scheduled in the workflow task that began with this history. */
  #task = { historyLength: -1, bytes: 0, memos: 0 };
  #atWork = 0;
  readonly #waiting: (() => void)[] = [];
  #asleep = 0;
  #held = 0;
  #catchesUp = false;
  #next: Promise<void> | undefined;

  /** @param departure tells workflow tasks apart */
  constructor(departure: Departure) {
    this.#departure = departure;
  }

  /** Something begins with the next workflow task. */
  get isAwaited(): boolean {
    return this.#asleep > 0 || this.#next !== undefined;
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
    this.#now.bytes += bytes;
    return this.#now.bytes;
  }

  addMemo(bytes: number): void {
    this.#now.memos += bytes;
  }

  /** Its memos are so large that no more of them should show what waits: the one of the next workflow task does. */
  get isCrowded(): boolean {
    return this.#now.memos > MEMO_LIMITS.crowded;
  }

  /** Has the next workflow task show what the memos of a crowded one have left out. */
  catchUp(show: () => void): void {
    if (this.#catchesUp || !this.isCrowded || !patched(CROWDED_PATCH)) return;
    this.#catchesUp = true;
    void this.nextTask().then(() => {
      this.#catchesUp = false;
      show();
    });
  }

  /** Something could go on, or is to be shown, and has to wait for the next workflow task. */
  get isHeld(): boolean {
    return this.#held > 0 || this.#catchesUp;
  }

  get isFull(): boolean {
    return this.#now.memos > MEMO_LIMITS.full && patched(CROWDED_PATCH);
  }

  /** What could go on does so: in this workflow task, or in a later one where its memos are full. */
  *untilRoomy(): Durable<void> {
    this.#held += 1;
    while (this.isFull) yield* waitFor(this.nextTask());
    this.#held -= 1;
  }

  /** One timer for all that wait for it. */
  nextTask(): Promise<void> {
    this.#next ??= CancellationScope.nonCancellable(() => sleep(1)).then(() => {
      this.#next = undefined;
      this.#departure.look();
    });
    return this.#next;
  }

  get #now() {
    const { historyLength } = this.#departure;
    if (historyLength !== this.#task.historyLength) this.#task = { historyLength, bytes: 0, memos: 0 };
    return this.#task;
  }
}
