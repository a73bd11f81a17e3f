/**
 * Counts what happens at each path, so that nothing is ever numbered twice: rounds of an executor, questions of a kind.
 * What is counted inside an iteration of a loop is forgotten with it, except for the highest number: should the loop begin
 * anew, its iterations count on from there.
 */
export class PathCounters {
  readonly #counts: Map<string, number>;

  constructor(carried: Readonly<Record<string, number>> = {}) {
    this.#counts = new Map(Object.entries(carried));
  }

  /** The next number, from 1. @param what tells apart what is counted at one path */
  next(path: string, what = ''): number {
    const key = path + what;
    const number = (this.#counts.get(key) ?? this.#base(path)) + 1;
    this.#counts.set(key, number);
    return number;
  }

  /** An iteration is over. */
  forget(loop: string, iteration: string): void {
    let highest = this.#counts.get(`${loop}[]`) ?? 0;
    for (const [key, count] of this.#counts) {
      if (!key.startsWith(iteration)) continue;
      highest = Math.max(highest, count);
      this.#counts.delete(key);
    }
    if (highest > 0) this.#counts.set(`${loop}[]`, highest);
  }

  /** A loop begins, maybe again. */
  begin(loop: string): void {
    const highest = this.#counts.get(`${loop}[]`);
    if (highest !== undefined) this.#counts.set(`${loop}[base]`, highest);
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Where counting starts at a path: after what earlier runs of the loops around it have used. */
  #base(path: string): number {
    let base = 0;
    for (let at = path.indexOf('['); at >= 0; at = path.indexOf('[', at + 1)) {
      base = Math.max(base, this.#counts.get(`${path.slice(0, at)}[base]`) ?? 0);
    }
    return base;
  }
}
