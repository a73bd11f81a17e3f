/** Step: one executor – a function, an activity or a nested workflow – with every step-level gate. */
import { type ActivityRef, activityRef } from './activity-ref.ts';
import { definitionOf, type WorkflowDefinition } from './definition.ts';
import { DefinitionError } from './definition-error.ts';
import { type DurationString, durationMs } from './duration.ts';
import { checkHumanReview, describe, type StepReview } from './human-review.ts';
import { pauseOf } from './pause.ts';
import type { StepInput } from './step-input.ts';

// `any`: the input's type is the author's
export type StepFunction = (input: StepInput<any>) => unknown;

/** What a step runs. Agents and teams join here. */
export type Executor =
  | { readonly kind: 'function'; readonly fn: StepFunction }
  | { readonly kind: 'activity'; readonly ref: ActivityRef }
  | { readonly kind: 'workflow'; readonly definition: WorkflowDefinition };

export interface StepNode {
  readonly kind: 'step';
  readonly name: string;
  readonly executor: Executor;
  readonly humanReview?: StepReview;
  readonly maxRetries?: number;
  readonly skipOnFailure: boolean;
  readonly idempotent: boolean;
  readonly heartbeatTimeout?: DurationString;
}

interface CommonStepOptions {
  readonly humanReview?: StepReview;
  /** Retries of the executor after an error, so one attempt more than this. Default 3. */
  readonly maxRetries?: number;
  /** After the last attempt: an output with `success: false`, and the run goes on. Default false. */
  readonly skipOnFailure?: boolean;
  /**
   * The executor may run more than once for one approval: it is retried although a confirmation gates it, and also
   * after its worker died in the middle. Default false.
   */
  readonly idempotent?: boolean;
  /** How soon a dead worker is noticed while a remote activity runs; its worker heartbeats by itself. Default 30 s. */
  readonly heartbeatTimeout?: DurationString;
}

export type StepOptions = CommonStepOptions &
  (
    | { readonly name?: string; readonly executor: StepFunction; readonly workflow?: never }
    // `any`: any workflow can be nested
    | { readonly name: string; readonly workflow: (...args: any[]) => Promise<unknown>; readonly executor?: never }
  );

/** The default of {@link StepOptions.heartbeatTimeout}. */
export const DEFAULT_HEARTBEAT_TIMEOUT: DurationString = '30s';
const RETRIES_LIMIT = 1000;
/** The default of {@link StepOptions.maxRetries}. */
export const DEFAULT_MAX_RETRIES = 3;

/**
 * One unit of work.
 * @example
 * step({ name: 'charge', executor: chargeCard, humanReview: { requiresConfirmation: true, timeout: '2 days' } })
 */
export function step(options: StepOptions): StepNode {
  const { name, executor, workflow, skipOnFailure = false, idempotent = false, ...rest } = options;
  const humanReview = options.humanReview ?? pauseOf(executor);
  return {
    kind: 'step',
    name: name ?? executor?.name ?? '',
    executor: toExecutor(executor, workflow),
    ...rest,
    ...(humanReview === undefined ? {} : { humanReview }),
    skipOnFailure,
    idempotent,
  };
}

function toExecutor(executor: unknown, workflow: unknown): Executor {
  const definition = definitionOf(workflow);
  if (definition) return { kind: 'workflow', definition };
  const ref = activityRef(executor);
  if (ref) return { kind: 'activity', ref };
  return { kind: 'function', fn: executor as StepFunction };
}

/** Does a human confirm before this step's executor runs? Then it runs once, unless idempotent. */
export function isGated(node: StepNode): boolean {
  return node.humanReview?.requiresConfirmation === true;
}

/** @throws {DefinitionError} */
export function checkStep(node: StepNode, path: string): void {
  checkHumanReview('Step', node.humanReview, path);
  const { executor, humanReview, maxRetries, heartbeatTimeout } = node;
  if (executor.kind === 'function' && typeof executor.fn !== 'function') {
    throw new DefinitionError(
      path,
      `a step needs an executor (a function or an activity of holdpoint's proxyActivities) or a workflow, got ${describe(executor.fn)}.`,
    );
  }
  if (executor.kind === 'function' && definitionOf(executor.fn)) {
    throw new DefinitionError(path, 'the executor is a workflow; nest it with step({ name, workflow }).');
  }
  if (executor.kind === 'function' && isTemporalStub(executor.fn)) {
    throw new DefinitionError(
      path,
      "the executor comes from @temporalio/workflow's proxy; import proxyActivities from 'holdpoint/workflow'.",
    );
  }
  if (executor.kind === 'activity' && executor.ref.local && isGated(node) && !node.idempotent) {
    throw new DefinitionError(
      path,
      'a local activity behind a confirmation may run twice when its worker dies; use proxyActivities, or say idempotent: true.',
    );
  }
  if (executor.kind === 'workflow' && humanReview?.requiresUserInput) {
    throw new DefinitionError(
      path,
      'requiresUserInput has no executor to give the values to: ask in a step of the nested workflow.',
    );
  }
  if (
    maxRetries !== undefined &&
    !(Number.isSafeInteger(maxRetries) && maxRetries >= 0 && maxRetries <= RETRIES_LIMIT)
  ) {
    throw new DefinitionError(
      path,
      `maxRetries must be a whole number from 0 to ${RETRIES_LIMIT}, got ${describe(maxRetries)}.`,
    );
  }
  if (heartbeatTimeout !== undefined && durationMs(heartbeatTimeout) === undefined) {
    throw new DefinitionError(
      path,
      `heartbeatTimeout must be a duration with its unit, got ${describe(heartbeatTimeout)}.`,
    );
  }
}

function isTemporalStub(fn: StepFunction): boolean {
  return typeof (fn as { executeWithOptions?: unknown }).executeWithOptions === 'function';
}
