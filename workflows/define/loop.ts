/** Loop: its steps again and again, until the end condition, a stop, a reviewer or the limit ends it. */
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { checkEvaluator, type Expression } from './expression.ts';
import { checkHumanReview, type LoopReview } from './human-review.ts';
import { type CheckChildren, type NodeLike, toNodes, type WorkflowNode } from './node.ts';
import type { StepOutput } from './step-output.ts';

/** Ends the loop: a function of this iteration's outputs, or CEL. */
export type EndCondition = ((outputs: readonly StepOutput[]) => boolean | Promise<boolean>) | Expression;

export interface LoopNode {
  readonly kind: 'loop';
  readonly name: string;
  readonly steps: readonly WorkflowNode[];
  readonly maxIterations: number;
  readonly endCondition?: EndCondition;
  readonly forwardIterationOutput: boolean;
  readonly humanReview?: LoopReview;
}

export interface LoopOptions {
  readonly name: string;
  readonly steps: readonly NodeLike[];
  /** Default 3. */
  readonly maxIterations?: number;
  readonly endCondition?: EndCondition;
  /** Start each iteration from the content of the one before, not from the loop's own input. Default false. */
  readonly forwardIterationOutput?: boolean;
  readonly humanReview?: LoopReview;
}

/**
 * Repetition with a limit.
 * @example
 * loop({ name: 'refine', steps: [draft], maxIterations: 5, humanReview: { requiresIterationReview: true, onReject: 'retry' } })
 */
export function loop(options: LoopOptions): LoopNode {
  const { maxIterations = 3, forwardIterationOutput = false, ...rest } = options;
  return { ...rest, kind: 'loop', maxIterations, forwardIterationOutput, steps: toNodes(options.steps) };
}

/** @throws {DefinitionError} */
export function checkLoop(node: LoopNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Loop', node.humanReview, path);
  const { maxIterations, endCondition } = node;
  if (!Number.isSafeInteger(maxIterations) || maxIterations < 1) {
    throw new DefinitionError(path, `maxIterations must be a whole number from 1, got ${describe(maxIterations)}.`);
  }
  if (endCondition !== undefined) checkEvaluator('endCondition', endCondition, path);
  checkChildren(node.steps, path, 'steps');
}
