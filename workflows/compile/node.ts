/**
 * Runs any node: gate → the node itself, with its error handling → review. The one place that knows this order, so that
 * every gate of every primitive holds at any depth (H1).
 */
import { defined } from '../define/defined.ts';
import type { WorkflowNode } from '../define/node.ts';
import { type StepOutput, withContent } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import { askedAt } from '../human/asked.ts';
import { BranchStopped } from '../human/branch.ts';
import { runCondition } from './condition.ts';
import { passGate } from './gate.ts';
import { runLoop } from './loop.ts';
import { hasFailed, keepFailure, type Settled, settleFailure } from './on-error.ts';
import { runParallel } from './parallel.ts';
import { needsReview, reviewOutput } from './review.ts';
import type { Body, Round } from './round.ts';
import { runRouter } from './router.ts';
import { NodeFailure, throwIfEnded } from '../human/outcome.ts';
import { type Here, hereOf, type RunNode } from './scope.ts';
import { runStep } from './step.ts';
import { runSteps } from './steps.ts';
import { tellCompleted, tellFailed, tellOutput, tellStarted } from './tell.ts';

/** The durable code of each primitive; a missing one is a type error. */
const BODIES: { readonly [K in WorkflowNode['kind']]: Body<Extract<WorkflowNode, { kind: K }>> } = {
  step: runStep,
  steps: runSteps,
  loop: runLoop,
  condition: runCondition,
  router: runRouter,
  parallel: runParallel,
};

/** What a node is when it is done. */
interface Done {
  /** Left out: the node is omitted. */
  readonly output?: StepOutput;
}

export const runNode: RunNode = function* (node, scope, slot) {
  const { place } = slot;
  const done = place.recall<Done>('done');
  if (done) {
    if (done.output) slot.set(done.output);
    return done.output;
  }
  scope.branch.check();
  yield* scope.run.desk.boundary();
  // A sibling may have ended it meanwhile.
  scope.branch.check();
  const here = hereOf(node, scope, slot);
  const round = yield* passGate(here);
  let output: StepOutput | undefined;
  if (round) {
    try {
      output = yield* runReviewed(here, round);
      tellCompleted(here, output);
    } catch (error) {
      // A sibling's failure has ended it, and the run may go on: what nobody could review is not handed on.
      if (error instanceof BranchStopped && scope.branch.failed && isReviewed(here)) slot.clear();
      if (error instanceof NodeFailure) place.once('failure told', () => tellFailed(here, error.message));
      throw error;
    }
  }
  if (output) slot.set(output);
  else slot.clear();
  // A run that continued as new may have brought a question that its definition, another one by now, does not ask any more.
  scope.run.desk.withdrawWithin(place);
  place.finish('done', defined({ output }));
  return output;
};

function isReviewed({ review }: Here): boolean {
  return review.requiresOutputReview !== false || review.requiresIterationReview;
}

/** Which round of a node it is. */
interface Attempt {
  readonly round: Round;
  readonly retryCount: number;
}

/** The node's output, run again for as long as a reviewer sends it back. */
function* runReviewed(here: Here, first: Round): Durable<StepOutput | undefined> {
  const { place, slot } = here;
  const body = BODIES[here.node.kind] as Body<WorkflowNode>;
  const { round: begun, retryCount: before } = slot.place.recall<Attempt>('attempt') ?? { round: first, retryCount: 0 };
  let round = { ...begun };
  for (let retryCount = before; ; retryCount += 1) {
    slot.place.keep<Attempt>('attempt', { round, retryCount });
    let settled = place.recall<Settled>('settled');
    const known = settled !== undefined;
    while (!settled) {
      if (hasFailed(here)) {
        settled = yield* settleFailure(here);
        continue;
      }
      try {
        yield* throwIfEnded(here.scope.branch);
        place.once('told', () => tellStarted(here));
        settled = { output: yield* body(here.node, here, round, runNode) };
      } catch (error) {
        keepFailure(here, error);
      }
    }
    const { output } = settled;
    if (!known) {
      if (output) tellOutput(here, output);
      place.keep('settled', settled);
    }
    if (!output) return output;
    // What was asked is not for the predicate to say again.
    if (askedAt(place, 'output_review') === undefined && !needsReview(here, output)) return output;
    slot.set(output);
    const reviewed = yield* reviewOutput(here, output.content, round, retryCount);
    if (reviewed.then === 'omit') return undefined;
    if (reviewed.then === 'keep') return reviewed.edited === undefined ? output : withContent(output, reviewed.edited);
    slot.clear();
    place.clear();
    const { selection: _asksAgain, ...kept } = round;
    round = { ...kept, feedback: reviewed.feedback };
  }
}
