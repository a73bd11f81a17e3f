/** Step: one executor – a function, an activity, an agent, a team or a nested workflow – with every step-level gate. */
import type { RetryPolicy } from '@temporalio/common';
import { type ActivityRef, activityRef } from './activity-ref.ts';
import { type AgentRef, isAgentRef } from './agent-ref.ts';
import { defined } from './defined.ts';
import { definitionOf, type WorkflowDefinition } from './definition.ts';
import { describe } from './describe.ts';
import { DefinitionError } from './definition-error.ts';
import { type DurationString, durationMs } from './duration.ts';
import { refuseGenerator } from './generator.ts';
import { checkHumanReview, type StepReview } from './human-review.ts';
import type { CheckChildren } from './node.ts';
import { pauseOf } from './pause.ts';
import type { StepInput } from './step-input.ts';

// `any`: the input's type is the author's
export type StepFunction = (input: StepInput<any>) => unknown;

/** What a step runs. */
export type Executor =
  | { readonly kind: 'function'; readonly fn: StepFunction }
  | { readonly kind: 'activity'; readonly ref: ActivityRef }
  | { readonly kind: 'agent'; readonly ref: AgentRef }
  | { readonly kind: 'team'; readonly ref: AgentRef }
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
  /** How soon a dead worker is noticed while a remote activity runs; its worker heartbeats by itself. Default 30 s. */
  readonly heartbeatTimeout?: DurationString;
}

/** Exactly one of them. */
type OneOf<Executors> = {
  [Key in keyof Executors]: Pick<Executors, Key> & { readonly [Other in Exclude<keyof Executors, Key>]?: never };
}[keyof Executors];

interface Executors {
  readonly executor: StepFunction;
  readonly agent: AgentRef<'agent'>;
  readonly team: AgentRef<'team'>;
  // `any`: any workflow can be nested
  readonly workflow: (...args: any[]) => Promise<unknown>;
}

/** An agent's tools say it each for itself. */
type Idempotence =
  | {
      /**
       * The executor may run more than once for one approval: it is retried although a confirmation gates it, and also
       * after its worker died in the middle. Default false.
       */
      readonly idempotent?: boolean;
      readonly agent?: never;
      readonly team?: never;
    }
  | { readonly idempotent?: never };

/** A name is needed where the executor has none to give: a workflow's would be its type's. */
export type StepOptions = CommonStepOptions &
  OneOf<Executors> &
  Idempotence &
  ({ readonly name: string } | { readonly name?: string; readonly workflow?: never });

const RETRIES_LIMIT = 1000;

/**
 * One unit of work.
 * @throws {DefinitionError} where it has more than one to run
 * @example
 * step({ name: 'charge', executor: chargeCard, humanReview: { requiresConfirmation: true, timeout: '2 days' } })
 */
export function step(options: StepOptions): StepNode {
  const { name, executor, agent, team, workflow, skipOnFailure = false, idempotent = false, ...rest } = options;
  const given = Object.keys(defined({ executor, agent, team, workflow }));
  if (given.length > 1) throw new DefinitionError(name ?? 'step', `a step runs one thing, not ${given.join(' and ')}.`);
  return {
    kind: 'step',
    name: name ?? (executor ?? agent ?? team)?.name ?? '',
    executor: toExecutor(options),
    ...rest,
    ...defined({ humanReview: options.humanReview ?? pauseOf(executor) }),
    skipOnFailure,
    idempotent,
  };
}

function toExecutor({ executor, agent, team, workflow }: Partial<Executors>): Executor {
  const definition = definitionOf(workflow);
  if (definition) return { kind: 'workflow', definition };
  // What is no reference is left for the check to refuse.
  if (agent !== undefined) return { kind: 'agent', ref: agent };
  if (team !== undefined) return { kind: 'team', ref: team };
  const ref = activityRef(executor);
  if (ref) return { kind: 'activity', ref };
  return { kind: 'function', fn: executor as StepFunction };
}

/** Does the executor run once for one yes? So it does where a human confirms before, unless it is idempotent. */
export function runsOnce({ humanReview, idempotent }: StepNode): boolean {
  return humanReview?.requiresConfirmation === true && !idempotent;
}

/** The default of `maxRetries`. */
const DEFAULT_MAX_RETRIES = 3;

/** Attempts of what may run again: the step's say, else the policy of the proxy, else the default. */
export function attemptsOf({ maxRetries }: StepNode, { maximumAttempts }: RetryPolicy = {}): number {
  if (maxRetries !== undefined) return maxRetries + 1;
  return maximumAttempts ?? DEFAULT_MAX_RETRIES + 1;
}

/** @throws {DefinitionError} */
export function checkStep(node: StepNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Step', node.humanReview, path);
  const { executor, humanReview, maxRetries, heartbeatTimeout } = node;
  if (executor.kind === 'function' && typeof executor.fn !== 'function') {
    throw new DefinitionError(
      path,
      `a step needs an executor (a function or an activity of holdpoint's proxyActivities), an agent, a team or a workflow, got ${describe(executor.fn)}.`,
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
  if (executor.kind === 'function') refuseGenerator(executor.fn, path);
  if (executor.kind === 'agent' || executor.kind === 'team') checkAgentStep(node, executor, path);
  if (executor.kind === 'activity' && executor.ref.local && runsOnce(node)) {
    throw new DefinitionError(
      path,
      'a local activity behind a confirmation may run twice when its worker dies; use proxyActivities, or say idempotent: true.',
    );
  }
  // Its nodes have been checked where it is defined, but for the length of their paths.
  if (executor.kind === 'workflow') checkChildren(executor.definition.steps, path, 'steps');
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

function checkAgentStep(node: StepNode, { kind, ref }: Extract<Executor, { ref: AgentRef }>, path: string): void {
  if (!isAgentRef(ref)) {
    throw new DefinitionError(
      path,
      `${kind} must be a name of proxyAgents<typeof activities.agents>(), got ${describe(ref)}.`,
    );
  }
  if (node.idempotent) {
    throw new DefinitionError(path, `idempotent is for functions; say it on the tools of ${kind} '${ref.name}'.`);
  }
  const { timeout, onTimeout, onError, ...review } = node.humanReview ?? {};
  const ownGate = review.requiresConfirmation || review.requiresUserInput || review.requiresOutputReview;
  if (timeout !== undefined && onTimeout === 'skip' && !ownGate && onError !== 'pause') {
    throw new DefinitionError(
      path,
      `onTimeout 'skip' cannot skip a tool call of ${kind} '${ref.name}'; use reject (the model is told) or cancel.`,
    );
  }
}

function isTemporalStub(fn: StepFunction): boolean {
  return typeof (fn as { executeWithOptions?: unknown }).executeWithOptions === 'function';
}
