/** One branch of a Parallel: when a sibling ends the Parallel, nothing new starts here and nobody is asked any more. */

/** After a failure the run may go on, after a cancel it ends. */
export type StopReason = 'failure' | 'cancel';

export class Branch {
  #reason: StopReason | undefined;
  readonly #parent: Branch | undefined;

  constructor(parent?: Branch) {
    this.#parent = parent;
  }

  get stopped(): boolean {
    return this.#reason !== undefined || (this.#parent?.stopped ?? false);
  }

  /** Has a sibling's failure ended it, and no cancel? */
  get failed(): boolean {
    return this.#reason === 'failure' || (this.#reason === undefined && (this.#parent?.failed ?? false));
  }

  /** Ends this branch and those forked from it; a cancel may follow a failure. */
  stop(reason: StopReason): void {
    this.#reason = reason;
  }

  /** @throws {BranchStopped} where nothing new may start. */
  check(): void {
    if (this.stopped) throw new BranchStopped();
  }
}

/** Thrown through a branch whose Parallel has ended; only the Parallel catches it. */
export class BranchStopped extends Error {
  override readonly name = 'BranchStopped';
}
