/** The session state of a run: patched by functions, key by key; each branch of a Parallel has its own until the join. */
import type { Json } from '../define/step-output.ts';

type State = Readonly<Record<string, Json>>;

export class SessionState {
  private current: State;
  private patches: State = {};

  constructor(initial: State) {
    this.current = Object.freeze({ ...initial });
  }

  get values(): State {
    return this.current;
  }

  patch(patch: State): void {
    this.current = Object.freeze({ ...this.current, ...patch });
    this.patches = { ...this.patches, ...patch };
  }

  fork(): SessionState {
    return new SessionState(this.current);
  }

  /** Takes over what a branch has patched. */
  join(branch: SessionState): void {
    this.patch(branch.patches);
  }
}
