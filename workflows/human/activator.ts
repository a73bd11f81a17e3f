/**
 * What a run reads of the SDK's inside, each where the SDK has no door of its own. All of it is private there and may be gone
 * with its next version, so every use fails soft; that none is gone is for the tests to tell.
 */
interface Activator {
  /** Signals with names that nobody handles. */
  readonly bufferedSignals?: readonly unknown[];
  /** Ids of the patches that the history has. */
  readonly knownPresentPatches?: ReadonlySet<string>;
  /** Else these come from the bundle's modules only, which are the user's to choose. */
  readonly interceptors?: { readonly internals?: ActivateInterceptor[] };
}

interface ActivateInterceptor {
  activate(input: unknown, next: (input: unknown) => void): void;
}

export function activator(): Activator | undefined {
  return (globalThis as { readonly __TEMPORAL_ACTIVATOR__?: Activator }).__TEMPORAL_ACTIVATOR__;
}
