/** The check of a whole definition, from the top down, so that every error names the path of its node. */
import { type AgentRef, isAgentRef } from './agent-ref.ts';
import { checkCondition } from './condition.ts';
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { isReviewField } from './human-review.ts';
import { checkLoop } from './loop.ts';
import type { CheckChildren, WorkflowNode } from './node.ts';
import { checkParallel } from './parallel.ts';
import { checkOptions } from './options.ts';
import { childPath } from './path.ts';
import { checkRouter } from './router.ts';
import { checkStep } from './step.ts';
import { checkSteps } from './steps.ts';

type Check<Node> = (node: Node, path: string, checkChildren: CheckChildren) => void;

const CHECKS: { readonly [K in WorkflowNode['kind']]: Check<Extract<WorkflowNode, { kind: K }>> } = {
  step: checkStep,
  steps: checkSteps,
  loop: checkLoop,
  condition: checkCondition,
  router: checkRouter,
  parallel: checkParallel,
};

const OPTIONS: { readonly [K in WorkflowNode['kind']]: readonly string[] } = {
  step: [
    'name',
    'executor',
    'agent',
    'team',
    'workflow',
    'humanReview',
    'maxRetries',
    'skipOnFailure',
    'idempotent',
    'heartbeatTimeout',
  ],
  steps: ['name', 'steps', 'humanReview'],
  loop: ['name', 'steps', 'maxIterations', 'endCondition', 'forwardIterationOutput', 'humanReview'],
  condition: ['name', 'evaluator', 'steps', 'elseSteps', 'humanReview'],
  router: ['name', 'choices', 'selector', 'humanReview'],
  parallel: ['name', 'steps', 'humanReview'],
};

/** @throws {DefinitionError} for the first node that cannot be. */
export const checkChildren: CheckChildren = (nodes, parent, field) => {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    throw new DefinitionError(parent, `${field} must be a list with at least one node, got ${describe(nodes)}.`);
  }
  const names = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    checkNode(node, parent, `${field}[${index}]`);
    if (names.has(node.name)) {
      throw new DefinitionError(parent, `two nodes in ${field} are named '${node.name}'; sibling names must differ.`);
    }
    names.add(node.name);
  }
};

/** Requirement ids are made of paths, and answers have to name them. */
const PATH_LIMIT = 600;

function checkNode(node: WorkflowNode, parent: string, position: string): void {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(CHECKS, (node as { kind?: string }).kind ?? '')) {
    throw new DefinitionError(
      parent,
      `${position} must be a node (step, steps, loop, condition, router, parallel) or a function, got ${isAgentRef(node) ? `an agent: write step({ agent: ${(node as AgentRef).name} })` : describe(node)}.`,
    );
  }
  if (typeof node.name !== 'string' || node.name.trim() === '' || node.name.length > 200) {
    throw new DefinitionError(parent, `${position} needs a name of 1 to 200 characters, got ${describe(node.name)}.`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(node.name)) {
    throw new DefinitionError(parent, `${position} has control characters or broken Unicode in its name.`);
  }
  const path = childPath(parent, node.name);
  if (path.length > PATH_LIMIT) {
    throw new DefinitionError(parent, `${position} has a path of over ${PATH_LIMIT} characters; use shorter names.`);
  }
  const { kind, ...options } = node;
  const astray = Object.keys(options).find((key) => isReviewField(key) && !OPTIONS[kind].includes(key));
  if (astray !== undefined) {
    throw new DefinitionError(path, `${astray} belongs in humanReview.`);
  }
  checkOptions(kind, options, OPTIONS[kind], path);
  (CHECKS[kind] as Check<WorkflowNode>)(node, path, checkChildren);
}
