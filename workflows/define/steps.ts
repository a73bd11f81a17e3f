/** Steps: children in order, as one node. */
import { checkHumanReview, type StepsReview } from './human-review.ts';
import { type CheckChildren, type NodeLike, toNodes, type WorkflowNode } from './node.ts';

export interface StepsNode {
  readonly kind: 'steps';
  readonly name: string;
  readonly steps: readonly WorkflowNode[];
  readonly humanReview?: StepsReview;
}

export interface StepsOptions {
  readonly name: string;
  readonly steps: readonly NodeLike[];
  readonly humanReview?: StepsReview;
}

/**
 * A named sequence.
 * @example
 * steps({ name: 'publish', steps: [render, upload], humanReview: { requiresConfirmation: true } })
 */
export function steps(options: StepsOptions): StepsNode {
  return { ...options, kind: 'steps', steps: toNodes(options.steps) };
}

/** @throws {DefinitionError} */
export function checkSteps(node: StepsNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Steps', node.humanReview, path);
  checkChildren(node.steps, path, 'steps');
}
