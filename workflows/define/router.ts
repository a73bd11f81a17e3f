/** Router: some of its choices, selected by a function, by CEL or by a human. */
import { DefinitionError } from './definition-error.ts';
import { checkEvaluator, type Expression } from './expression.ts';
import { checkHumanReview, type RouterReview } from './human-review.ts';
import { type CheckChildren, type NodeLike, toNode, type WorkflowNode } from './node.ts';
import type { StepInput } from './step-input.ts';
import { steps } from './steps.ts';

/** A choice by name or by the node itself, or several, which then run chained in this order. */
export type Selection = string | WorkflowNode | readonly (string | WorkflowNode)[];
// `any`: the input's type is the author's
export type Selector = ((input: StepInput<any>) => Selection | Promise<Selection>) | Expression;

export interface RouterNode {
  readonly kind: 'router';
  readonly name: string;
  readonly choices: readonly WorkflowNode[];
  readonly selector?: Selector;
  readonly humanReview?: RouterReview;
}

export interface RouterOptions {
  readonly name: string;
  /** A nested list becomes a Steps node named `steps_group_<index>`. */
  readonly choices: readonly (NodeLike | readonly NodeLike[])[];
  /** Bypassed where `requiresUserInput` lets a human choose. */
  readonly selector?: Selector;
  readonly humanReview?: RouterReview;
}

/**
 * A fork with named ways.
 * @example
 * router({ name: 'publish', choices: [toWiki, toMail], humanReview: { requiresUserInput: true } })
 */
export function router(options: RouterOptions): RouterNode {
  const toChoice = (choice: NodeLike | readonly NodeLike[], index: number) =>
    Array.isArray(choice)
      ? steps({ name: `steps_group_${index}`, steps: choice as readonly NodeLike[] })
      : toNode(choice as NodeLike);
  // What is no list is left for the check to refuse.
  const choices = Array.isArray(options.choices) ? options.choices.map(toChoice) : options.choices;
  return { ...options, kind: 'router', choices: choices as readonly WorkflowNode[] };
}

/** @throws {DefinitionError} */
export function checkRouter(node: RouterNode, path: string, checkChildren: CheckChildren): void {
  checkHumanReview('Router', node.humanReview, path);
  const { selector } = node;
  if (selector === undefined && node.humanReview?.requiresUserInput !== true) {
    throw new DefinitionError(
      path,
      'a Router needs a selector, or humanReview.requiresUserInput to let a human choose.',
    );
  }
  if (selector !== undefined) checkEvaluator('selector', selector, path);
  checkChildren(node.choices, path, 'choices');
}
