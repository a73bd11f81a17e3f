/** Condition: one of two branches, chosen by an evaluator or, where it asks for confirmation, by the human. */
import { checkEvaluator, type Expression } from './expression.ts';
import { type ConditionReview, checkHumanReview } from './human-review.ts';
import { type CheckChildren, type NodeLike, toNodes, type WorkflowNode } from './node.ts';
import type { StepInput } from './step-input.ts';

/** Decides without a human: a constant, a function of the input, or CEL. */
// `any`: the input's type is the author's
export type Evaluator = boolean | ((input: StepInput<any>) => boolean | Promise<boolean>) | Expression;

export interface ConditionNode {
  readonly kind: 'condition';
  readonly name: string;
  readonly evaluator: Evaluator;
  readonly steps: readonly WorkflowNode[];
  readonly elseSteps: readonly WorkflowNode[];
  readonly humanReview?: ConditionReview;
}

export interface ConditionOptions {
  readonly name: string;
  /** Default true. Not run where `requiresConfirmation` is set: then the human decides. */
  readonly evaluator?: Evaluator;
  readonly steps: readonly NodeLike[];
  /** Without them, a condition that is not met leaves no output. */
  readonly elseSteps?: readonly NodeLike[];
  readonly humanReview?: ConditionReview;
}

/**
 * If, else.
 * @example
 * condition({ name: 'large', evaluator: (input) => Number(input.previousStepContent) > 1000, steps: [audit] })
 */
export function condition(options: ConditionOptions): ConditionNode {
  const { evaluator = true, elseSteps = [], ...rest } = options;
  return { ...rest, kind: 'condition', evaluator, steps: toNodes(options.steps), elseSteps: toNodes(elseSteps) };
}

/** @throws {DefinitionError} */
export function checkCondition(node: ConditionNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Condition', node.humanReview, path);
  const { evaluator } = node;
  if (typeof evaluator !== 'boolean') checkEvaluator('evaluator', evaluator, path, 'a boolean, a function');
  checkChildren(node.steps, path, 'steps');
  const noElse = Array.isArray(node.elseSteps) && node.elseSteps.length === 0;
  if (!noElse) checkChildren(node.elseSteps, path, 'elseSteps');
}
