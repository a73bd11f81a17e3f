/** What a node knows of where it stands. Scopes are never changed, only derived. */
import { defined } from '../define/defined.ts';
import type { WorkflowNode } from '../define/node.ts';
import { stepTypeOf } from '../define/node.ts';
import { childPath } from '../define/path.ts';
import { nodeHash } from '../define/structure.ts';
import { type HumanReview, reviewWithDefaults } from '../define/human-review.ts';
import type { AdditionalData, StepInputData } from '../define/step-input.ts';
import { StepInput } from '../define/step-input.ts';
import type { Json, StepOutput } from '../define/step-output.ts';
import type { UsageMeter } from '../agent/usage.ts';
import type { Durable } from '../human/durable.ts';
import type { Branch } from '../human/branch.ts';
import type { Desk } from '../human/desk.ts';
import type { PathCounters } from '../human/path-counters.ts';
import type { Place } from '../human/place.ts';
import type { RequirementRequest, StepRequirement } from '../protocol/requirement.ts';
import type { Flow } from './flow.ts';
import type { SessionState } from './session-state.ts';
import type { Slot } from './tree.ts';

/** What all nodes of one run share. */
export interface RunContext {
  readonly runId: string;
  /** Temporal's id of the first execution: unlike the run id, never used twice. */
  readonly executionId: string;
  readonly sessionId: string;
  readonly userId: string | undefined;
  /** What the run was started with. */
  readonly additionalData: AdditionalData;
  readonly desk: Desk;
  readonly usage: UsageMeter;
  /** How often the executor, the evaluator or the selector at a path has started. */
  readonly rounds: PathCounters;
}

/** What a node gets from its container. */
export interface Scope {
  readonly run: RunContext;
  /** Path of the container, with the iteration where it is a loop. */
  readonly path: string;
  /** The node at the top that the container is in; `undefined` at the top itself. */
  readonly topLevelStep?: string;
  readonly input: unknown;
  readonly additionalData: AdditionalData;
  readonly state: SessionState;
  readonly branch: Branch;
  readonly flow: Flow;
}

/** Runs a node in a scope, with all its gates. `undefined`: it is omitted. */
export type RunNode = (node: WorkflowNode, scope: Scope, slot: Slot) => Durable<StepOutput | undefined>;

/** A node in its place. */
export interface Here {
  readonly scope: Scope;
  readonly node: WorkflowNode;
  readonly path: string;
  readonly topLevelStep: string;
  readonly review: HumanReview;
  readonly slot: Slot;
  /** What the node itself has done in this round, inside its gates: nothing, when it begins anew. */
  readonly place: Place;
}

export function hereOf(node: WorkflowNode, scope: Scope, slot: Slot): Here {
  return {
    scope,
    node,
    path: childPath(scope.path, node.name),
    topLevelStep: scope.topLevelStep ?? node.name,
    review: reviewWithDefaults(stepTypeOf(node), node.humanReview),
    slot,
    place: slot.place.child('round'),
  };
}

/** The scope that a container gives to its children. */
export function inside({ scope, path, topLevelStep }: Here, changes: Partial<Scope> = {}): Scope {
  return { ...scope, path, topLevelStep, ...changes };
}

/** What a human sees of what the node is to work on. */
export function shownInput({ scope }: Here): Json {
  return (scope.flow.lastContent ?? scope.input ?? null) as Json;
}

/** Asks a human about this node and waits. @param at what was asked there before is not asked again, unless `anew` */
export function ask(
  here: Here,
  question: Pick<RequirementRequest, 'kind'> & Partial<RequirementRequest>,
  at: Place = here.place,
  anew = false,
): Durable<StepRequirement> {
  const { node, review, path, topLevelStep, scope } = here;
  const request: RequirementRequest = {
    path,
    stepName: node.name,
    stepType: stepTypeOf(node),
    nodeHash: nodeHash(node),
    topLevelStep,
    onReject: review.onReject,
    retryCount: 0,
    maxRetries: review.maxRetries,
    onTimeout: review.onTimeout,
    ...question,
  };
  return scope.run.desk.awaitDecision(request, review.timeoutMs, { branch: scope.branch, place: at, anew });
}

/** What a container hands down, and what is for this node alone. Feedback belongs to the output that it is about. */
export function withFeedback(inherited: AdditionalData, own: AdditionalData): AdditionalData {
  const { rejectionFeedback: _ofAnotherOutput, ...others } = inherited;
  return { ...('previousOutput' in own ? others : inherited), ...own };
}

/** The input of this node's function, evaluator or selector. */
export function stepInput(here: Here, extra: AdditionalData = {}): StepInput {
  const { scope, path, node, place } = here;
  const { run } = scope;
  const round = place.recall<number>('nth') ?? place.keep('nth', run.rounds.next(path));
  const data: StepInputData = {
    input: scope.input,
    previousStepContent: scope.flow.lastContent,
    previousStepOutputs: scope.flow.outputs,
    additionalData: withFeedback(scope.additionalData, extra),
    sessionState: scope.state.values,
    sessionId: run.sessionId,
    runId: run.runId,
    ...defined({ userId: run.userId }),
    stepName: node.name,
    path,
    idempotencyKey: `${run.runId}/${run.executionId}/${path}~${round}`,
  };
  return new StepInput(data);
}
