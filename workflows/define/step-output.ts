/** What a node leaves behind: the tree of outputs that later nodes read and that a run returns. */

import { defined } from './defined.ts';
import { isRecord } from './json.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** agno's names of the primitives, as they stand in outputs and requirements. */
export type StepType = 'Step' | 'Steps' | 'Condition' | 'Loop' | 'Router' | 'Parallel' | 'Workflow';

/** The output of one node. Plain JSON, frozen: nothing downstream can change what a reviewer saw. */
export interface StepOutput {
  readonly name: string;
  readonly type: StepType;
  /** A container's content is its deepest last content; Parallel's is an object by child name. */
  readonly content: Json;
  readonly success: boolean;
  readonly error?: string;
  /** Ends the workflow after this node, as completed. */
  readonly stop?: boolean;
  /** Outputs of the children, for containers. */
  readonly steps?: readonly StepOutput[];
  /** Loop: iterations run, and how many of the oldest are no longer in `steps`. */
  readonly iterations?: number;
  readonly droppedIterations?: number;
  /** An agent's step: tokens of all its model calls, with those of earlier rounds. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number; readonly totalTokens: number };
}

/** What a function may return to say more than its content. Anything else that it returns is the content. */
export interface StepResult {
  readonly content?: unknown;
  /** Default true. False counts as a failure where `onError` is set to `fail` or `pause`. */
  readonly success?: boolean;
  readonly error?: string;
  /** Ends the workflow after this node (completed). */
  readonly stop?: boolean;
  /** Merged into the session state, key by key. */
  readonly sessionState?: Record<string, unknown>;
}

const RESULT_KEYS = new Set(['content', 'success', 'error', 'stop', 'sessionState']);

/** Is this a {@link StepResult} – an object with nothing but its fields, and more than an `error` – rather than content? */
export function isStepResult(value: unknown): value is StepResult {
  if (!isRecord(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => RESULT_KEYS.has(key)) && keys.some((key) => key !== 'error');
}

/** The deepest last content of a list of outputs; `null` where none has any. */
export function lastContent(outputs: readonly StepOutput[]): Json {
  return outputs.findLast(hasContent)?.content ?? null;
}

/** What the outputs of its children give a container: the deepest last content; a Parallel's are an object by name. */
export function contentOf(type: StepType, steps: readonly StepOutput[]): Json {
  if (type !== 'Parallel' || steps.length === 0) return lastContent(steps);
  return Object.freeze(Object.fromEntries(steps.map((output) => [output.name, output.content])));
}

/** A container in which no child left an output has none, unless a reviewer gave it one. */
export function hasContent({ steps, content }: StepOutput): boolean {
  return steps === undefined || content !== null || steps.some(hasContent);
}

/** No content to hand on as a task, to an agent or a nested workflow: as agno, the input stands in for an empty text too. */
export function isNothing(content: Json | undefined): boolean {
  return content === undefined || content === null || content === '';
}

/**
 * The same outputs with the last content replaced, down to the leaf that it came from, so that everything downstream
 * reads the edited one. A Parallel's own content is replaced, not one child's.
 */
export function replaceLastContent(outputs: readonly StepOutput[], content: Json): readonly StepOutput[] {
  const index = outputs.findLastIndex(hasContent);
  return index === -1 ? outputs : Object.freeze(outputs.with(index, withContent(outputs[index]!, content)));
}

/** The output with its content replaced, all the way down (see {@link replaceLastContent}). */
export function withContent(output: StepOutput, content: Json): StepOutput {
  const steps =
    output.steps === undefined || output.type === 'Parallel' ? output.steps : replaceLastContent(output.steps, content);
  return Object.freeze(defined({ ...output, content, steps }));
}
