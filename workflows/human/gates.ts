/**
 * Where a node stops for a human, read from its definition alone. Pure: what the compiler asks is what `holdpoint definition`
 * and the test kit list.
 */
import { defined } from '../define/defined.ts';
import {
  type HumanReview,
  type HumanReviewOptions,
  type OnReject,
  reviewWithDefaults,
} from '../define/human-review.ts';
import { stepTypeOf, type WorkflowNode } from '../define/node.ts';
import type { RequirementKind } from '../protocol/requirement.ts';
import { atDeadline } from './at-deadline.ts';

export interface NodeGate {
  readonly kind: Exclude<RequirementKind, 'executor'>;
  /** Asked always, after an error, or where a function of the output does not say no. */
  readonly when: 'always' | 'predicate' | 'error';
  /** As it is written: a run has words of its own where there is none. */
  readonly message?: string;
  /** Left out where a no has a meaning of its own. */
  readonly onReject?: OnReject;
  readonly timeout?: string;
  readonly onTimeout?: HumanReview['onTimeout'];
}

/** All gates of a node, in the order in which a run comes to them. */
export function gatesOf(node: WorkflowNode): NodeGate[] {
  const review = reviewWithDefaults(stepTypeOf(node), node.humanReview);
  const { requiresUserInput, requiresIterationReview, requiresOutputReview, onReject } = review;
  const gate = (kind: NodeGate['kind'], message: string | undefined, when: NodeGate['when'] = 'always'): NodeGate =>
    defined({ kind, when, message, onReject: kind === 'error' ? undefined : onReject, ...deadlineOf(node, kind) });
  const before = gateBefore(node, review);
  const reviewed = requiresOutputReview === true ? 'always' : 'predicate';
  return [
    ...(before ? [gate(before, messageBefore(review, before))] : []),
    ...(node.kind === 'router' && requiresUserInput ? [gate('route', review.userInputMessage)] : []),
    ...(requiresIterationReview ? [gate('iteration_review', review.iterationReviewMessage)] : []),
    ...(requiresOutputReview === false ? [] : [gate('output_review', review.outputReviewMessage, reviewed)]),
    ...(review.onError === 'pause' ? [gate('error', undefined, 'error')] : []),
  ];
}

type Before = 'confirmation' | 'user_input' | 'confirmation+user_input';

/** What is asked before the node, if anything. A Router's user input is the choice of a route, a pause of its own. */
export function gateBefore(node: WorkflowNode, review: HumanReview): Before | undefined {
  const input = review.requiresUserInput && node.kind === 'step';
  if (review.requiresConfirmation) return input ? 'confirmation+user_input' : 'confirmation';
  return input ? 'user_input' : undefined;
}

export function messageBefore(review: HumanReview, kind: Before): string | undefined {
  const forInput = kind === 'confirmation' ? undefined : review.userInputMessage;
  return forInput ?? review.confirmationMessage;
}

/** The deadline of a node's pauses of this kind, those of its tools' calls (`executor`) among them. */
export function deadlineOf(
  { humanReview }: WorkflowNode,
  kind: RequirementKind,
): Pick<NodeGate, 'timeout' | 'onTimeout'> {
  const { timeout, onTimeout = 'cancel' } = (humanReview ?? {}) as HumanReviewOptions;
  return timeout === undefined ? {} : { timeout, onTimeout: atDeadline(kind, onTimeout) };
}
