/** The tree of a definition: the union of all primitives. */
import type { ConditionNode } from './condition.ts';
import type { LoopNode } from './loop.ts';
import type { ParallelNode } from './parallel.ts';
import type { RouterNode } from './router.ts';
import { type StepFunction, type StepNode, step } from './step.ts';
import type { StepType } from './step-output.ts';
import type { StepsNode } from './steps.ts';

export type WorkflowNode = StepNode | StepsNode | LoopNode | ConditionNode | RouterNode | ParallelNode;

/** What may stand where a node is expected: a bare function becomes a step with the function's name. */
export type NodeLike = WorkflowNode | StepFunction;

/** Checks a list of siblings, and everything below them, under the path of their parent. */
export type CheckChildren = (nodes: readonly WorkflowNode[], parent: string, field: string) => void;

const TYPES = {
  step: 'Step',
  steps: 'Steps',
  loop: 'Loop',
  condition: 'Condition',
  router: 'Router',
  parallel: 'Parallel',
} as const satisfies Record<WorkflowNode['kind'], StepType>;

/** agno's name of a node's primitive. A step that runs a nested workflow asks as a Step and leaves a Workflow's output. */
export function stepTypeOf(node: WorkflowNode): (typeof TYPES)[WorkflowNode['kind']] {
  return TYPES[node.kind];
}

export function toNode(value: NodeLike): WorkflowNode {
  return typeof value === 'function' ? step({ executor: value }) : value;
}

/** The nodes of a list; anything that is not a list is left for the check to refuse. */
export function toNodes(values: readonly NodeLike[]): readonly WorkflowNode[] {
  return (Array.isArray(values) ? values.map(toNode) : values) as readonly WorkflowNode[];
}

/** The lists of nodes inside a node, a nested workflow's among them. */
export function childrenOf(node: WorkflowNode): (readonly WorkflowNode[])[] {
  switch (node.kind) {
    case 'step':
      return node.executor.kind === 'workflow' ? [node.executor.definition.steps] : [];
    case 'condition':
      return [node.steps, node.elseSteps];
    case 'router':
      return [node.choices];
    default:
      return [node.steps];
  }
}
