/**
 * When a run leaves its execution for a new one (continue-as-new): its history is long, and nothing is at work. What waits
 * – for a human, for a deadline, between two nodes – is left where it stands; the next execution finds what is done, and
 * waits again. From the moment of the decision nothing begins here, or it would be done here and there.
 */
import { allHandlersFinished, condition, sleep, workflowInfo } from '@temporalio/workflow';
import { runsBesideOthers } from '../define/beside.ts';
import { activator } from './activator.ts';
import { type Durable, waitFor } from './durable.ts';

/** Signals after which a run leaves: the server refuses those past 10,000. */
const MOST_SIGNALS = 2_000;
/** Bytes of history: the server ends a run past 50 MB. */
const MOST_BYTES = 10 * 1024 * 1024;
/** Local activities, and bytes of their results, after which a run takes a workflow task to look at its history. */
const UNSEEN = { locals: 200, bytes: 2_000_000 };
/** Events until it is tried again where what is to be carried was too large. */
const POSTPONED_EVENTS = 1_000;

export class Departure {
  readonly #mostEvents: number;
  readonly #isIdle: () => boolean;
  readonly #isAtWork: () => boolean;
  /**
   * The history as it was when something arrived from outside: not after a local activity, because a replay puts the
   * workflow tasks together that one took, and what is true in the later of them is not true in the first.
   */
  #history = workflowInfo();
  #unseen = { locals: 0, bytes: 0 };
  #signals = 0;
  /** Signals with names that nobody knows. */
  #unheard = 0;
  #postponedTo = 0;
  #leaving = false;
  /** Says that it is time. */
  #tellDue: () => void = () => {};

  /**
   * @param isIdle nothing of the run is at work, or about to be
   * @param isAtWork an executor is at work
   */
  constructor(isIdle: () => boolean, isAtWork: () => boolean, mostEvents = Number.POSITIVE_INFINITY) {
    // Handlers of the user's, and interceptors around ours, would be cut off: what they were sent does not come again.
    this.#isIdle = () => allHandlersFinished() && isIdle();
    this.#isAtWork = isAtWork;
    this.#mostEvents = mostEvents;
  }

  countSignal(): void {
    this.#signals += 1;
    this.look();
  }

  countLocal(bytes: number): void {
    this.#unseen = { locals: this.#unseen.locals + 1, bytes: this.#unseen.bytes + bytes };
  }

  /** Something has arrived that is an event of its own in the history: a signal, a timer, the end of an activity. */
  look(): void {
    this.#history = workflowInfo();
    this.#unseen = { locals: 0, bytes: 0 };
    this.notice();
  }

  /** Such an event is about to have its effect. A function of the user's that it sets going ends with no event of its own. */
  lookAtWork(): void {
    if (this.#isAtWork()) this.look();
  }

  /** Tells workflow tasks apart. */
  get historyLength(): number {
    return this.#history.historyLength;
  }

  /** Resolves when it is time: from then on {@link untilDue} waits, and not before, as what waits costs memory. */
  noticed(): Promise<void> {
    return new Promise((resolve) => {
      this.#tellDue = resolve;
      this.notice();
    });
  }

  /** Looks whether it is time. What waits for a human calls it with every workflow task, as signals that nobody hears count too. */
  notice(): void {
    if (this.#isDue) this.#tellDue();
  }

  /** Until the run must leave. */
  *untilDue(): Durable<void> {
    while (!this.#leaving) {
      yield* waitFor(condition(() => this.#isDue && this.#isIdle()));
      yield* waitFor(untilQuiet());
      this.#leaving = this.#isDue && this.#isIdle();
    }
  }

  /** What is sent now comes too late: what the next execution gets is settled, and a function around may take its time to end. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  /** It cannot leave now: what was held up goes on. */
  postpone(): void {
    this.#postponedTo = this.historyLength + POSTPONED_EVENTS;
    this.#leaving = false;
  }

  /** Between two nodes: where it is time, the run leaves here, unless something else is at work. */
  *boundary(): Durable<void> {
    if (this.#unseen.locals >= UNSEEN.locals || this.#unseen.bytes >= UNSEEN.bytes) {
      yield* waitFor(sleep(1));
      this.look();
    }
    const isBeside = runsBesideOthers();
    // What has brought the run here may be a signal, whose handler is about to end.
    if (!isBeside && this.#isDue) yield* waitFor(untilQuiet());
    // A handler that begins now may wait for the run: then it goes on.
    const isHeld = () => this.#leaving || (!isBeside && this.#isDue && this.#isIdle());
    while (isHeld()) yield* waitFor(condition(() => !isHeld()));
  }

  /** Before anything begins: not while the run is leaving. */
  *hold(): Durable<void> {
    while (this.#leaving) yield* waitFor(condition(() => !this.#leaving));
  }

  get #isDue(): boolean {
    const unheard = unheardSignals();
    if (unheard > this.#unheard) {
      this.#unheard = unheard;
      this.look();
    }
    const { historyLength, historySize, continueAsNewSuggested } = this.#history;
    if (historyLength < this.#postponedTo) return false;
    const isFull =
      historyLength >= this.#mostEvents || historySize >= MOST_BYTES || this.#signals + unheard >= MOST_SIGNALS;
    return isFull || continueAsNewSuggested;
  }
}

/**
 * What this workflow task has brought – an answer, a passed deadline – goes its way first. Temporal looks at conditions when
 * all that could go on has gone on; only a condition that is true when it is made is not looked at then.
 */
export function untilQuiet(): Promise<void> {
  let isMade = false;
  return condition(() => {
    const wasMade = isMade;
    isMade = true;
    return wasMade;
  });
}

/**
 * Signals with unknown names stay in a private buffer of the SDK's: a handler for them would decode what anybody sends, and
 * what cannot be decoded fails the workflow task. They count all the same, since the server's limit is for all signals.
 */
function unheardSignals(): number {
  return activator()?.bufferedSignals?.length ?? 0;
}
