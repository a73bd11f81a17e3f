/**
 * What a run reads of the SDK's inside, each where the SDK has no door of its own. All of it is private there and may be gone
 * with its next version, so every use fails soft; that none is gone is for the tests to tell.
 */
interface Activator {
  /** Signals with names that nobody handles, or not yet, oldest first. */
  readonly bufferedSignals?: unknown[];
  /** Ids of the patches that the history has. */
  readonly knownPresentPatches?: ReadonlySet<string>;
  /** Else these come from the bundle's modules only, which are the user's to choose. */
  readonly interceptors?: { readonly internals?: ActivateInterceptor[] };
}

interface ActivateInterceptor {
  activate(input: ActivateInput, next: (input: ActivateInput) => void): void;
  concludeActivation(input: Commands, next: (input: Commands) => Commands): Commands;
}

interface ActivateInput {
  readonly activation: { readonly jobs: readonly ActivationJob[] };
}

interface Commands {
  readonly commands: readonly Command[];
}

export interface ActivationJob {
  readonly signalWorkflow?: unknown;
  readonly fireTimer?: unknown;
  readonly cancelWorkflow?: unknown;
  readonly resolveChildWorkflowExecutionStart?: unknown;
  readonly resolveChildWorkflowExecution?: unknown;
  readonly resolveNexusOperationStart?: unknown;
  readonly resolveNexusOperation?: unknown;
  readonly resolveSignalExternalWorkflow?: unknown;
  readonly resolveRequestCancelExternalWorkflow?: unknown;
  readonly resolveActivity?: { readonly isLocal?: boolean; readonly result?: { readonly completed?: unknown } };
}

export interface Command {
  readonly modifyWorkflowProperties?: unknown;
  readonly upsertWorkflowSearchAttributes?: unknown;
}

export function activator(): Activator | undefined {
  return (globalThis as { readonly __TEMPORAL_ACTIVATOR__?: Activator }).__TEMPORAL_ACTIVATOR__;
}
