/** One branch of a Parallel: when a sibling ends the Parallel, nothing new starts here and nobody is asked any more. */
import type { RunCancelled } from './outcome.ts';

/** After a failure the run may go on, after a cancel it ends. */
export type StopReason = 'failure' | 'cancel';

export class Branch {
  #reason: StopReason | undefined;
  readonly #parent: Branch | undefined;
  readonly #onCancel: ((error: RunCancelled) => void) | undefined;

  /** @param onCancel for the branches of one group: told when a human's no ends the run from within one of them */
  constructor(parent?: Branch, onCancel?: (error: RunCancelled) => void) {
    this.#parent = parent;
    this.#onCancel = onCancel;
  }

  /** A human's no ends the run: also what goes on around this branch, now and not when this branch has wound down. */
  cancelRun(error: RunCancelled): void {
    // A group tells those around it itself.
    if (this.#onCancel) this.#onCancel(error);
    else this.#parent?.cancelRun(error);
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
