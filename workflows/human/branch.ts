/** One branch of a Parallel: when a sibling ends the Parallel, nothing new starts here and nobody is asked any more. */

export class Branch {
  private ended = false;
  private readonly parent: Branch | undefined;

  constructor(parent?: Branch) {
    this.parent = parent;
  }

  get stopped(): boolean {
    return this.ended || (this.parent?.stopped ?? false);
  }

  /** Ends this branch and those forked from it. */
  stop(): void {
    this.ended = true;
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
