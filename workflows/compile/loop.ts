/** Loop: iterations until the end condition, a stop, a reviewer or the limit ends it. Resumes where it stopped (H8). */
import { loopVariables, truthy } from '../define/cel-variables.ts';
import { isExpression } from '../define/expression.ts';
import type { LoopNode } from '../define/loop.ts';
import { iterationPath } from '../define/path.ts';
import type { AdditionalData } from '../define/step-input.ts';
import { type Json, lastContent, replaceLastContent, type StepOutput } from '../define/step-output.ts';
import { feedbackFor } from './review.ts';
import type { Body } from './round.ts';
import { containerOutput } from './output.ts';
import { ask, type Here, inside } from './scope.ts';
import { runSequence, type SequenceResult } from './sequence.ts';

import { verdictOf } from './verdict.ts';

/** Iterations whose outputs a run keeps; the older ones are a count. */
const KEPT_ITERATIONS = 100;

export const runLoop: Body<LoopNode> = async (node, here, round, runNode) => {
  const { desk } = here.scope.run;
  const frame = here.slot.open(node.name, 'Loop');
  const sizes: number[] = [];
  let dropped = 0;
  let flow = here.scope.flow;
  let feedback: AdditionalData = round.feedback ?? {};
  let lastLeftOutput = false;
  const finish = (edit?: { readonly content: Json }) => {
    const counts = { iterations: dropped + sizes.length, ...(dropped > 0 ? { droppedIterations: dropped } : {}) };
    if (!edit) return containerOutput(here, 'Loop', frame.outputs(), counts);
    // The edit is of the last iteration: an earlier one's output is not touched, even where the last one left none.
    const steps = lastLeftOutput ? replaceLastContent(frame.outputs(), edit.content) : frame.outputs();
    return containerOutput(here, 'Loop', steps, { ...counts, content: edit.content });
  };

  for (let iteration = 1; iteration <= node.maxIterations; iteration += 1) {
    const path = iterationPath(here.path, iteration);
    desk.tell('LoopIterationStarted', path, { iteration });
    const scope = inside(here, {
      path,
      flow,
      additionalData: { ...here.scope.additionalData, ...feedback },
    });
    const before = frame.size;
    const result = await runSequence(node.steps, scope, frame, runNode);
    desk.tell('LoopIterationCompleted', path, { iteration });
    sizes.push(frame.size - before);
    lastLeftOutput = result.outputs.length > 0;
    if (sizes.length > KEPT_ITERATIONS) {
      frame.dropFirst(sizes.shift()!);
      dropped += 1;
    }
    if (await ended(node, here, result.outputs, iteration)) break;
    if (result.stopped || iteration === node.maxIterations) break;
    if (here.review.requiresIterationReview) {
      const review = await reviewIteration(node, here, iteration, result);
      if (review.then === 'omit') return undefined;
      if (review.then === 'end') return finish(review.edit);
      feedback = review.feedback;
    }
    if (node.forwardIterationOutput) flow = result.flow;
  }
  return finish();
};

async function ended(
  { endCondition, maxIterations }: LoopNode,
  here: Here,
  outputs: readonly StepOutput[],
  iteration: number,
): Promise<boolean> {
  if (endCondition === undefined) return false;
  if (isExpression(endCondition))
    return truthy(endCondition.evaluate(loopVariables(outputs, iteration, maxIterations)));
  return truthy(await here.scope.run.desk.settled(endCondition(outputs)));
}

type IterationVerdict =
  | { readonly then: 'omit' }
  | { readonly then: 'end'; readonly edit?: { readonly content: Json } }
  | { readonly then: 'next'; readonly feedback: AdditionalData };

/** Not asked after the last iteration: there the loop ends anyway. */
async function reviewIteration(
  node: LoopNode,
  here: Here,
  iteration: number,
  { outputs }: SequenceResult,
): Promise<IterationVerdict> {
  const content = lastContent(outputs);
  const standard = `Loop '${node.name}' completed iteration ${iteration}/${node.maxIterations}. Continue?`;
  const answer = await ask(here, {
    kind: 'iteration_review',
    path: iterationPath(here.path, iteration),
    message: here.review.iterationReviewMessage ?? standard,
    output: content,
  });
  const verdict = verdictOf(answer);
  if (verdict === 'omit') return { then: 'omit' };
  if (verdict === 'retry') return { then: 'next', feedback: feedbackFor(answer.rejectionFeedback, content) };
  return answer.editedOutput === undefined ? { then: 'end' } : { then: 'end', edit: { content: answer.editedOutput } };
}
