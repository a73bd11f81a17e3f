/** What becomes of a node's error: skipped, put before a human, or handed to the enclosing container. */
import type { StepOutput } from '../define/step-output.ts';
import { isControl, NodeFailure, RunCancelled } from '../human/outcome.ts';
import { failedOutput } from './output.ts';
import { ask, type Here } from './scope.ts';

export type Settled =
  | { readonly then: 'done'; readonly output: StepOutput | undefined }
  /** Settled without the node's own output: nothing is left to review. */
  | { readonly then: 'skipped'; readonly output: StepOutput | undefined };

/** Runs the node until it has an output or its error is settled. @throws {NodeFailure} for the enclosing container */
export async function settleErrors(here: Here, body: () => Promise<StepOutput | undefined>): Promise<Settled> {
  const { place, slot } = here;
  for (;;) {
    const failed = place.recall<Failed>('failed');
    try {
      if (!failed) return { then: 'done', output: await body() };
    } catch (error) {
      if (isControl(error)) throw error;
      const { message, path, errorType, mayHaveRun } = NodeFailure.of(error, here.path);
      place.keep<Failed>('failed', { message, path, errorType, mayHaveRun, left: slot.snapshot() });
      continue;
    }
    if (failed.left) slot.set(failed.left);
    const { message, path, errorType, mayHaveRun } = failed;
    const settled = await settle(here, new NodeFailure(message, path, errorType, mayHaveRun));
    if (settled !== 'retry') return settled;
    place.clear();
  }
}

/** A failure, and what the node had until then. */
type Failed = Pick<NodeFailure, 'message' | 'path' | 'errorType' | 'mayHaveRun'> & {
  readonly left: StepOutput | undefined;
};

async function settle(here: Here, failure: NodeFailure): Promise<Settled | 'retry'> {
  const { node, review } = here;
  const { message } = failure;
  // A gated executor that may have run is never decided by a setting: a human looks (H2, §7).
  const mustAsk = failure.mayHaveRun && failure.path === here.path;
  if (!mustAsk && node.kind === 'step' && node.skipOnFailure) {
    return { then: 'skipped', output: failedOutput(here, `Step ${node.name} failed but skipped`, message) };
  }
  if (!mustAsk && review.onError === 'skip') {
    return { then: 'skipped', output: failedOutput(here, `Step skipped due to error: ${message}`, message) };
  }
  const failed = failedOutput(here, message, message);
  if (!mustAsk && review.onError !== 'pause') {
    here.slot.set(failed);
    throw failure;
  }
  const question = {
    message,
    ...(failure.errorType === undefined ? {} : { errorType: failure.errorType }),
    ...(failure.mayHaveRun ? { mayHaveRun: true } : {}),
  };
  // Withdrawn by a sibling, or cut off by a cancel: the failure must not go without a trace.
  const answer = await ask(here, { kind: 'error', ...question }).catch((error: unknown) => {
    here.slot.set(failed);
    throw error;
  });
  if (answer.resolution === 'retried') {
    here.slot.clear();
    return 'retry';
  }
  if (answer.resolution === 'skipped') return { then: 'skipped', output: undefined };
  here.slot.set(failed);
  throw RunCancelled.rejected(node.name);
}
