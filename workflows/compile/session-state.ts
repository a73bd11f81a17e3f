/** The session state of a run: patched by functions, key by key; each branch of a Parallel has its own until the join. */
import type { Json } from '../define/step-output.ts';

export type State = Readonly<Record<string, Json>>;

/** What a branch takes along when the run continues as new: what was patched since the fork. */
interface CarriedBranch {
  readonly patches: State;
}

export class SessionState {
  #current: State;
  #patches: State = {};

  constructor(initial: State) {
    this.#current = Object.freeze({ ...initial });
  }

  get values(): State {
    return this.#current;
  }

  patch(patch: State): void {
    this.#current = Object.freeze({ ...this.#current, ...patch });
    this.#patches = { ...this.#patches, ...patch };
  }

  toJSON(): CarriedBranch {
    return { patches: this.#patches };
  }

  /** @param carried the branch as it was when the run continued as new: the state around it has stayed as it was */
  fork({ patches }: CarriedBranch = { patches: {} }): SessionState {
    const branch = new SessionState(this.#current);
    branch.patch(patches);
    return branch;
  }

  /** Takes over what a branch has patched. */
  join(branch: SessionState): void {
    this.patch(branch.#patches);
  }
}
