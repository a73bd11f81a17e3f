/** One round of a node: what its gates have settled before it runs. */
import type { AdditionalData } from '../define/step-input.ts';
import type { Json, StepOutput } from '../define/step-output.ts';
import type { Here, RunNode } from './scope.ts';
import type { Durable } from '../human/durable.ts';

export interface Round {
  /** Values that a human gave; kept for every re-run. */
  readonly userInput?: Readonly<Record<string, Json>>;
  /** A human chose the else branch of a Condition. */
  readonly elseBranch: boolean;
  /** Why a reviewer sent the last round back, and what it was. */
  readonly feedback?: AdditionalData;
  /** The route that a human selected in this round, so that a retry after an error does not ask again. */
  selection?: readonly string[] | 'none';
}

/** The first round of a node without a gate. */
export const UNGATED: Round = { elseBranch: false };

/**
 * The durable code of one primitive: runs the node itself, inside the gates, the error handling and the review that all
 * primitives share (node.ts). `undefined`: omitted.
 */
export type Body<Node> = (node: Node, here: Here, round: Round, runNode: RunNode) => Durable<StepOutput | undefined>;
