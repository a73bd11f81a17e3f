/** Parallel: children that start together; outputs in the order of their declaration. */
import { checkHumanReview, type ParallelReview } from './human-review.ts';
import { type CheckChildren, type NodeLike, toNodes, type WorkflowNode } from './node.ts';

export interface ParallelNode {
  readonly kind: 'parallel';
  readonly name: string;
  readonly steps: readonly WorkflowNode[];
  readonly humanReview?: ParallelReview;
}

export interface ParallelOptions {
  readonly name: string;
  readonly steps: readonly NodeLike[];
  readonly humanReview?: ParallelReview;
}

/**
 * Children side by side. They may all pause at once and be answered in any order; the content is an object by child name.
 * @example
 * parallel({ name: 'research', steps: [web, papers] })
 */
export function parallel(options: ParallelOptions): ParallelNode {
  return { ...options, kind: 'parallel', steps: toNodes(options.steps) };
}

/** @throws {DefinitionError} */
export function checkParallel(node: ParallelNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Parallel', node.humanReview, path);
  checkChildren(node.steps, path, 'steps');
}
