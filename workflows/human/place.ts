/**
 * What a run has done so far, as a tree in the shape of its definition: so that another execution, after a
 * continue-as-new, goes through the same code and finds what is done instead of doing it again. A node that is done keeps
 * its output alone, so what is carried is bounded by what is still reachable.
 */
import type { Durable } from './durable.ts';

/** JSON, except that values may have a `toJSON` of their own: they are written down when the run continues. */
type Facts = { [fact: string]: unknown };

export interface PlaceData {
  readonly facts?: Facts;
  readonly within?: { readonly [key: string]: PlaceData };
}

export class Place {
  #facts: Facts;
  #within: Map<string, Place>;

  /** @param carried what an earlier execution had done here */
  constructor({ facts = {}, within = {} }: PlaceData = {}) {
    this.#facts = { ...facts };
    this.#within = new Map(Object.entries(within).map(([key, data]) => [key, new Place(data)]));
  }

  /** The place of a part: a child, an iteration, a turn, a call. */
  child(key: string | number): Place {
    let place = this.#within.get(String(key));
    if (!place) {
      place = new Place();
      this.#within.set(String(key), place);
    }
    return place;
  }

  /** What is known here; `undefined` where it has not happened. */
  recall<T>(fact: string): T | undefined {
    return this.#facts[fact] as T | undefined;
  }

  keep<T>(fact: string, value: T): T {
    this.#facts[fact] = value;
    return value;
  }

  /** Does it, unless it was done before. */
  once(fact: string, effect: () => void): void {
    if (fact in this.#facts) return;
    effect();
    this.keep(fact, true);
  }

  /** The result, from now or from before. What throws is not done. */
  *result<T extends {} | null>(fact: string, work: () => Durable<T>): Durable<T> {
    const known = this.recall<T>(fact);
    return known === undefined ? this.keep(fact, yield* work()) : known;
  }

  /** Nothing is done here any more: it begins anew. */
  clear(): void {
    this.#facts = {};
    this.#within.clear();
  }

  /** All that is done here is this; of the parts nothing is needed any more. */
  finish(fact: string, value: unknown): void {
    this.clear();
    this.keep(fact, value);
  }

  drop(key: string | number): void {
    this.#within.delete(String(key));
  }

  /** The values of this fact here and in all parts. */
  all(fact: string): unknown[] {
    const inside = [...this.#within.values()].flatMap((place) => place.all(fact));
    return fact in this.#facts ? [this.#facts[fact], ...inside] : inside;
  }

  toJSON(): PlaceData {
    const within = [...this.#within].map(([key, place]) => [key, place.toJSON()] as const);
    const some = within.filter(([, data]) => data.facts || data.within);
    return {
      ...(Object.keys(this.#facts).length === 0 ? {} : { facts: this.#facts }),
      ...(some.length === 0 ? {} : { within: Object.fromEntries(some) }),
    };
  }
}
