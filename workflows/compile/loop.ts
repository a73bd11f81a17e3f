/** Loop: iterations until the end condition, a stop, a reviewer or the limit ends it. Resumes where it stopped (H8). */
import { loopVariables, truthy } from '../define/cel-variables.ts';
import { defined } from '../define/defined.ts';
import { isExpression } from '../define/expression.ts';
import { jsonBytes } from '../define/json.ts';
import type { LoopNode } from '../define/loop.ts';
import { iterationPath } from '../define/path.ts';
import type { AdditionalData } from '../define/step-input.ts';
import { hasContent, type Json, lastContent, replaceLastContent, type StepOutput } from '../define/step-output.ts';
import type { Flow } from './flow.ts';
import { askForReview, type Reviewed } from './review.ts';
import type { Body } from './round.ts';
import { containerOutput } from './output.ts';
import { type Here, inside, withFeedback } from './scope.ts';
import { runSequence } from './sequence.ts';
import type { Durable } from '../human/durable.ts';

/** Iterations whose outputs a run keeps, and their size; the older ones are a count. */
const KEPT_ITERATIONS = 100;
const KEPT_BYTES = 500_000;

/** What a loop knows when an iteration begins. */
interface LoopState {
  readonly iteration: number;
  /** Slots and bytes of each iteration that is kept. */
  readonly kept: readonly { readonly slots: number; readonly bytes: number }[];
  readonly dropped: number;
  readonly flow: Flow;
  readonly feedback: AdditionalData;
  readonly contents: readonly (StepOutput | null)[];
}

export const runLoop: Body<LoopNode> = function* (node, here, round, runNode) {
  const { place, path: loop } = here;
  const { desk, rounds, usage } = here.scope.run;
  const frame = here.slot.open(node.name, 'Loop');
  const before = place.recall<LoopState>('loop');
  let { iteration, dropped, flow, feedback } = before ?? {
    iteration: 1,
    dropped: 0,
    flow: here.scope.flow,
    feedback: round.feedback ?? {},
  };
  const kept = [...(before?.kept ?? [])];
  if (before) frame.restore(before.contents);
  else for (const counters of [rounds, desk.requirements.numbers]) counters.begin(loop);
  let lastLeftOutput = false;
  const finish = (edited?: Json) => {
    const counts = defined({ iterations: dropped + kept.length, droppedIterations: dropped || undefined });
    if (edited === undefined) return containerOutput(frame, counts);
    // The edit is of the last iteration: an earlier one's output is not touched, even where the last one left none.
    const steps = lastLeftOutput ? replaceLastContent(frame.outputs(), edited) : frame.outputs();
    return containerOutput(frame, { ...counts, content: edited }, steps);
  };

  for (; iteration <= node.maxIterations; iteration += 1) {
    const path = iterationPath(loop, iteration);
    const within = place.child(iteration);
    within.once('started', () => desk.tell('LoopIterationStarted', path, { iteration }));
    const scope = inside(here, {
      path,
      flow,
      additionalData: withFeedback(here.scope.additionalData, feedback),
    });
    const size = frame.size;
    const result = yield* runSequence(node.steps, scope, frame, runNode, within);
    within.once('completed', () => desk.tell('LoopIterationCompleted', path, { iteration }));
    kept.push({ slots: frame.size - size, bytes: jsonBytes(result.outputs) });
    lastLeftOutput = result.outputs.some(hasContent);
    while (kept.length > 1 && (kept.length > KEPT_ITERATIONS || sum(kept) > KEPT_BYTES)) {
      frame.dropFirst(kept.shift()!.slots);
      dropped += 1;
    }
    if (yield* within.result('ended', () => ended(node, here, result.outputs, iteration))) break;
    if (result.stopped || iteration === node.maxIterations) break;
    if (here.review.requiresIterationReview) {
      const reviewed = yield* reviewIteration(node, here, iteration, result.outputs, feedback);
      if (reviewed.then === 'omit') return undefined;
      if (reviewed.then === 'keep') return finish(reviewed.edited);
      feedback = reviewed.feedback;
    }
    if (node.forwardIterationOutput) flow = result.flow;
    // What the iteration has done in detail is not needed any more.
    place.keep<LoopState>('loop', {
      ...{ iteration: iteration + 1, kept: [...kept], dropped, flow, feedback },
      contents: frame.contents(),
    });
    place.drop(iteration);
    for (const counters of [rounds, desk.requirements.numbers, usage]) counters.forget(loop, path);
  }
  return finish();
};

function sum(kept: LoopState['kept']): number {
  return kept.reduce((total, { bytes }) => total + bytes, 0);
}

function* ended(
  { endCondition, maxIterations }: LoopNode,
  here: Here,
  outputs: readonly StepOutput[],
  iteration: number,
): Durable<boolean> {
  if (endCondition === undefined) return false;
  if (isExpression(endCondition))
    return truthy(endCondition.evaluate(loopVariables(outputs, iteration, maxIterations)));
  return truthy(yield* here.scope.run.desk.settled(() => endCondition([...outputs])));
}

/** Not asked after the last iteration: there the loop ends anyway. */
function reviewIteration(
  node: LoopNode,
  here: Here,
  iteration: number,
  outputs: readonly StepOutput[],
  before: AdditionalData,
): Durable<Reviewed> {
  const standard = `Loop '${node.name}' completed iteration ${iteration}/${node.maxIterations}. Continue?`;
  const question = {
    kind: 'iteration_review',
    path: iterationPath(here.path, iteration),
    message: here.review.iterationReviewMessage ?? standard,
    output: lastContent(outputs),
  } as const;
  return askForReview(here, question, before, here.place.child(iteration));
}
