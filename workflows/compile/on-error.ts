/** What becomes of a node's error: skipped, put before a human, or handed to the enclosing container. */
import { defined } from '../define/defined.ts';
import type { StepOutput } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import { isControl, NodeFailure, RunCancelled, throwIfCancelled } from '../human/outcome.ts';
import type { StepRequirement } from '../protocol/requirement.ts';
import { failedOutput } from './output.ts';
import { ask, type Here } from './scope.ts';

/** A node that has run, or whose error is settled: what stands in for its output is reviewed as its own would be. */
export interface Settled {
  readonly output: StepOutput | undefined;
}

/** A failure, and what the node had until then. */
type Failed = Pick<NodeFailure, 'message' | 'path' | 'errorType' | 'mayHaveRun'> & {
  readonly left: StepOutput | undefined;
};

export function hasFailed({ place }: Here): boolean {
  return place.recall<Failed>('failed') !== undefined;
}

/** @throws what is not an error of a node */
export function keepFailure({ place, slot, path: here }: Here, error: unknown): void {
  if (isControl(error)) throw error;
  const { message, path, errorType, mayHaveRun } = NodeFailure.of(error, here);
  place.keep<Failed>('failed', { message, path, errorType, mayHaveRun, left: slot.snapshot() });
}

/** `undefined`: a human wants it to run again. @throws {NodeFailure} for the enclosing container */
export function* settleFailure(here: Here): Durable<Settled | undefined> {
  const { node, review, place, slot } = here;
  const { message, path, errorType, mayHaveRun, left } = place.recall<Failed>('failed')!;
  if (left) slot.set(left);
  // A gated executor that may have run is never decided by a setting: a human looks (H2, §7). So it goes to no container.
  if (!mayHaveRun && node.kind === 'step' && node.skipOnFailure) {
    return { output: failedOutput(here, `Step ${node.name} failed but skipped`, message) };
  }
  if (!mayHaveRun && review.onError === 'skip') {
    return { output: failedOutput(here, `Step skipped due to error: ${message}`, message) };
  }
  // What a step said of its own failure stays its content.
  const failed = failedOutput(here, left?.type === 'Step' ? left.content : message, message);
  if (!mayHaveRun && review.onError !== 'pause') {
    slot.set(failed);
    // What was cancelled meanwhile ends as that, whatever an activity makes of its cancellation.
    yield* throwIfCancelled();
    throw new NodeFailure(message, path, errorType);
  }
  const question = defined({ kind: 'error', message, errorType, mayHaveRun: mayHaveRun || undefined });
  // Withdrawn by a sibling, or cut off by a cancel: the failure must not go without a trace.
  let answer: StepRequirement;
  try {
    answer = yield* ask(here, question);
  } catch (error) {
    slot.set(failed);
    throw error;
  }
  if (answer.resolution === 'retried') {
    slot.clear();
    place.clear();
    return undefined;
  }
  if (answer.resolution === 'skipped') return { output: undefined };
  slot.set(failed);
  throw RunCancelled.rejected(node.name);
}
