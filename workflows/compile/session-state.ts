/** The session state of a run: patched by functions, key by key; each branch of a Parallel has its own until the join. */
import type { Json } from '../define/step-output.ts';

type State = Readonly<Record<string, Json>>;

export interface CarriedState {
  readonly current: State;
  /** What was patched since the fork. */
  readonly patches: State;
}

export class SessionState {
  #current: State;
  #patches: State = {};

  constructor(initial: State) {
    this.#current = Object.freeze({ ...initial });
  }

  /** As it was when the run continued as new. */
  static carried(data: CarriedState | undefined): SessionState | undefined {
    if (data === undefined) return undefined;
    const state = new SessionState(data.current);
    state.#patches = data.patches;
    return state;
  }

  get values(): State {
    return this.#current;
  }

  patch(patch: State): void {
    this.#current = Object.freeze({ ...this.#current, ...patch });
    this.#patches = { ...this.#patches, ...patch };
  }

  toJSON(): CarriedState {
    return { current: this.#current, patches: this.#patches };
  }

  fork(): SessionState {
    return new SessionState(this.#current);
  }

  /** Takes over what a branch has patched. */
  join(branch: SessionState): void {
    this.patch(branch.#patches);
  }
}
