/** One branch of a Parallel: when a sibling ends the Parallel, nothing new starts here and nobody is asked any more. */

/** Why a Parallel ends early: running activities finish after a failure and are cancelled after a cancel. */
export type StopReason = 'failure' | 'cancel';

export class Branch {
  private reason: StopReason | undefined;
  private readonly parent: Branch | undefined;

  constructor(parent?: Branch) {
    this.parent = parent;
  }

  get stopped(): boolean {
    return this.reason !== undefined || (this.parent?.stopped ?? false);
  }

  /** Ends this branch and those forked from it; the first reason stays. */
  stop(reason: StopReason): void {
    this.reason ??= reason;
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
