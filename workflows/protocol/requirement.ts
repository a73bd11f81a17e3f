/** What a run asks of a human, and what became of it. Plain JSON: the same in the query, the memo and the result. */
import type { OnReject, OnTimeout } from '../define/human-review.ts';
import type { Json, StepType } from '../define/step-output.ts';
import type { ObjectJsonSchema, UserInputSchema } from '../define/user-input-schema.ts';
import type { ToolGate } from './agent.ts';

export type RequirementKind =
  | 'confirmation'
  | 'user_input'
  | 'confirmation+user_input'
  | 'output_review'
  | 'iteration_review'
  | 'route'
  | 'executor'
  | 'error';

/** How a requirement ended. `timeout` is told by `resolvedBy`; `withdrawn`: nobody needs the answer any more. */
export type Resolution =
  | 'confirmed'
  | 'rejected'
  | 'edited'
  | 'selected'
  | 'retried'
  | 'skipped'
  | 'cancelled'
  | 'withdrawn';

/** `resolvedBy` of a deadline; no sender may use the name. */
export const TIMEOUT_ACTOR = 'timeout';

/** A tool call that waits for a human, or waited. */
export interface ToolRequirement {
  readonly toolCallId: string;
  readonly toolName: string;
  /** What is asked: whether it may run, values for some of its arguments, or its result. */
  readonly kind: ToolGate;
  /** What the tool runs with, once confirmed; a human's values replace those that the model gave. */
  readonly args: Json;
  /** The member of a team that made the call. */
  readonly member?: string;
  /** Kind `user_input`: the fields to fill. */
  readonly userInputSchema?: ObjectJsonSchema;
  readonly resolution?: 'confirmed' | 'rejected';
  /** Rejected: what the model is told. */
  readonly note?: string;
  readonly userInput?: Readonly<Record<string, Json>>;
  /** Kind `external_execution`: the result that somebody gave. */
  readonly result?: Json;
  /** ISO 8601. */
  readonly resolvedAt?: string;
  /** Who the sender said they were, or `timeout`. A claim, not authentication. */
  readonly resolvedBy?: string;
  readonly decisionId?: string;
  /**
   * What became of a call that was let run: it gave a result, it failed, it did not run after all, or nobody knows. Left
   * out where it was not let run, runs elsewhere, or the run ended before.
   */
  readonly outcome?: 'completed' | 'failed' | 'not_run' | 'unknown';
}

/** What is known when a pause opens. */
export interface RequirementRequest {
  readonly kind: RequirementKind;
  /** Path of the node, the i-th iteration of a loop as `name[i]`. */
  readonly path: string;
  readonly stepName: string;
  readonly stepType: StepType;
  /** Of the node's options, when it asked: `holdpoint replay` looks whether they are the same still. */
  readonly nodeHash?: string;
  /** The node at the top of the workflow that this one is in, or is. */
  readonly topLevelStep: string;
  readonly message?: string;
  readonly onReject: OnReject;
  readonly retryCount: number;
  /** 0 = unlimited. */
  readonly maxRetries: number;
  readonly onTimeout: OnTimeout;
  /** What the step would get, for gates before it runs. */
  readonly input?: Json;
  /** What is under review. */
  readonly output?: Json;
  readonly userInputSchema?: UserInputSchema;
  readonly availableChoices?: readonly string[];
  readonly allowMultipleSelections?: boolean;
  /** Error pauses: the type of the error (`message` is its text). */
  readonly errorType?: string;
  /** Error pauses: the executor may have run, wholly or in part, although no result arrived. */
  readonly mayHaveRun?: boolean;
  /** Executor pauses: the agent or team that asks. */
  readonly executorName?: string;
  /** Executor pauses: the calls of one model turn that wait; each has its own answer. */
  readonly tools?: readonly ToolRequirement[];
  /** Error pauses of a tool call that may have run: `skip` can give its result. */
  readonly toolCallId?: string;
  /** What the reviewer said who sent the last one of this chain back. */
  readonly previousFeedback?: string;
}

export interface StepRequirement extends RequirementRequest {
  /** `process_data#confirmation`, `refine[2]/draft#outputReview~2`: unique in the run and the same in every replay. */
  readonly id: string;
  /** Names what is shown: an answer that carries another digest is refused. */
  readonly digest: string;
  readonly pauseKind: 'step' | 'executor';
  readonly requiresConfirmation: boolean;
  readonly requiresUserInput: boolean;
  readonly requiresOutputReview: boolean;
  readonly requiresRouteSelection: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly timeoutAt?: string;
  readonly resolution?: Resolution;
  /** ISO 8601. */
  readonly resolvedAt?: string;
  /** Who the sender said they were, or `timeout`. A claim, not authentication. */
  readonly resolvedBy?: string;
  /** The signal that resolved it. */
  readonly decisionId?: string;
  readonly rejectionFeedback?: string;
  readonly editedOutput?: Json;
  readonly userInput?: Readonly<Record<string, Json>>;
  readonly selectedChoices?: readonly string[];
  /** The result of a tool call that may have run, as a human gave it. */
  readonly result?: Json;
}

/** What a kind of requirement asks for, and who asks. */
export function flagsOf(kind: RequirementKind) {
  return {
    pauseKind: kind === 'executor' ? 'executor' : 'step',
    requiresConfirmation: kind === 'confirmation' || kind === 'confirmation+user_input',
    requiresUserInput: kind === 'user_input' || kind === 'confirmation+user_input',
    requiresOutputReview: kind === 'output_review' || kind === 'iteration_review',
    requiresRouteSelection: kind === 'route',
  } as const;
}

/**
 * How often a no may still send it back, where `onReject` is `retry`. Infinite where nobody counts: with `maxRetries` 0, and
 * after an iteration, as the loop's own limit bounds these.
 */
export function retriesLeft({
  kind,
  retryCount,
  maxRetries,
}: Pick<StepRequirement, 'kind' | 'retryCount' | 'maxRetries'>): number {
  return kind === 'iteration_review' || maxRetries === 0 ? Number.POSITIVE_INFINITY : maxRetries - retryCount;
}

/** An answer that changed nothing. */
export interface RefusedAnswer {
  readonly reason: string;
  readonly code: RefusalCode;
  /** The requirement that it named, cut to 200 characters. */
  readonly requirement?: string;
  readonly by?: string;
  readonly decisionId?: string;
  readonly signal: string;
  /** ISO 8601. */
  readonly at: string;
}

export type RefusalCode = 'already_resolved' | 'not_found' | 'digest_mismatch' | 'invalid' | 'malformed';
