/**
 * The events of a run that nobody has been told of yet. They leave with what the run puts into its history anyway – a
 * memo, the arguments of an activity, the result – so that watching costs few events of Temporal's.
 */
import { jsonBytes } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { type EventData, type JournalEntry, type RunEventName } from '../protocol/events.ts';

/** Bytes that may wait: more would not fit where they ride along. */
const FULL = 32 * 1024;
/** Refused answers that are told one by one, each time: anybody may send any number of them. */
const REFUSALS = 20;

/** An event before it has its number. */
export type Untold = readonly [
  time: number,
  event: RunEventName,
  path: string,
  data?: { readonly [key: string]: Json },
];

export class Journal {
  #entries: Untold[] = [];
  #bytes = 0;
  #refusals = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes > FULL;
  }

  get untold(): readonly Untold[] {
    return this.#entries;
  }

  add<Name extends RunEventName>(event: Name, path: string, data: EventData<Name>): void {
    this.#push([Date.now(), event, path, ...some(data)]);
  }

  /** An answer was refused; of many at once, the rest is a count. */
  addRefusal(data: EventData<'AnswerRefused'>): void {
    this.#refusals += 1;
    if (this.#refusals <= REFUSALS) this.add('AnswerRefused', '', data);
  }

  /** Hands over what has not been told. */
  take(): readonly Untold[] {
    const more = this.#refusals - REFUSALS;
    if (more > 0) {
      const reason = `${more} more answers were refused; the run's history has the signals`;
      this.add('AnswerRefused', '', { signal: '', code: 'invalid', reason });
    }
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    this.#refusals = 0;
    return entries;
  }

  /** What was handed over did not get into the history. */
  putBack(entries: readonly Untold[]): void {
    const newer = this.#entries;
    this.#entries = [];
    for (const entry of [...entries, ...newer]) this.#push(entry);
  }

  #push(entry: Untold): void {
    this.#entries.push(entry);
    this.#bytes += jsonBytes(entry);
  }
}

/** Numbers events as they are handed over. */
export class Teller {
  /** Of the newest event. */
  sequence = 0;

  tell(untold: readonly Untold[]): readonly JournalEntry[] {
    return untold.map((entry): JournalEntry => [this.next(), ...entry]);
  }

  /** The number of an event that the reader of the history makes out for itself. */
  next(): number {
    this.sequence += 1;
    return this.sequence;
  }
}

function some(data: object): [] | [{ readonly [key: string]: Json }] {
  return Object.keys(data).length === 0 ? [] : [data as { readonly [key: string]: Json }];
}
