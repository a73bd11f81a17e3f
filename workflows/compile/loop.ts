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
import { feedbackFor } from './review.ts';
import type { Body } from './round.ts';
import { containerOutput } from './output.ts';
import { ask, type Here, inside, withFeedback } from './scope.ts';
import { runSequence, type SequenceResult } from './sequence.ts';

import { saidBefore, verdictOf } from './verdict.ts';
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
  const finish = (edit?: { readonly content: Json }) => {
    const counts = defined({ iterations: dropped + kept.length, droppedIterations: dropped || undefined });
    if (!edit) return containerOutput(here, 'Loop', frame.outputs(), counts);
    // The edit is of the last iteration: an earlier one's output is not touched, even where the last one left none.
    const steps = lastLeftOutput ? replaceLastContent(frame.outputs(), edit.content) : frame.outputs();
    return containerOutput(here, 'Loop', steps, { ...counts, content: edit.content });
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
      const review = yield* reviewIteration(node, here, iteration, result, feedback);
      if (review.then === 'omit') return undefined;
      if (review.then === 'end') return finish(review.edit);
      feedback = review.feedback;
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

type IterationVerdict =
  | { readonly then: 'omit' }
  | { readonly then: 'end'; readonly edit?: { readonly content: Json } }
  | { readonly then: 'next'; readonly feedback: AdditionalData };

/** Not asked after the last iteration: there the loop ends anyway. */
function* reviewIteration(
  node: LoopNode,
  here: Here,
  iteration: number,
  { outputs }: SequenceResult,
  feedback: AdditionalData | undefined,
): Durable<IterationVerdict> {
  const content = lastContent(outputs);
  const standard = `Loop '${node.name}' completed iteration ${iteration}/${node.maxIterations}. Continue?`;
  const answer = yield* ask(
    here,
    {
      kind: 'iteration_review',
      path: iterationPath(here.path, iteration),
      message: here.review.iterationReviewMessage ?? standard,
      output: content,
      ...saidBefore(feedback?.rejectionFeedback),
    },
    here.place.child(iteration),
  );
  const verdict = verdictOf(answer);
  if (verdict === 'omit') return { then: 'omit' };
  if (verdict === 'retry') return { then: 'next', feedback: feedbackFor(answer.rejectionFeedback, content) };
  return answer.editedOutput === undefined ? { then: 'end' } : { then: 'end', edit: { content: answer.editedOutput } };
}
