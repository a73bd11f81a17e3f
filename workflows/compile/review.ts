/** Output review: what a human makes of a node's output before anything downstream sees it. */
import { defined } from '../define/defined.ts';
import type { AdditionalData } from '../define/step-input.ts';
import { type Json, type StepOutput, withContent } from '../define/step-output.ts';
import type { Round } from './round.ts';
import { ask, type Here } from './scope.ts';
import { saidBefore, verdictOf } from './verdict.ts';
import type { Durable } from '../human/durable.ts';

/** What a re-run learns from a rejection: the feedback only if given, the previous output always. */
export function feedbackFor(feedback: string | undefined, previousOutput: Json): AdditionalData {
  return defined({ rejectionFeedback: feedback, previousOutput });
}

/** A predicate that throws means: review (fail closed). */
export function needsReview({ review }: Here, output: StepOutput): boolean {
  const rule = review.requiresOutputReview;
  if (typeof rule === 'boolean') return rule;
  try {
    const said: unknown = rule(output);
    // A promise is not an answer: reviewed, and its failure is not the workflow task's.
    if (said instanceof Promise) said.catch(() => {});
    return said !== false;
  } catch {
    return true;
  }
}

export type Reviewed =
  | { readonly then: 'keep'; readonly output: StepOutput }
  | { readonly then: 'omit' }
  | { readonly then: 'again'; readonly feedback: AdditionalData };

export function* reviewOutput(
  here: Here,
  output: StepOutput,
  { round, retryCount }: { readonly round: Round; readonly retryCount: number },
): Durable<Reviewed> {
  const { node, review } = here;
  const choices = node.kind === 'router' ? { availableChoices: node.choices.map(({ name }) => name) } : {};
  const answer = yield* ask(here, {
    kind: 'output_review',
    message: review.outputReviewMessage ?? `Review output of ${node.kind} '${node.name}'?`,
    output: output.content,
    retryCount,
    ...saidBefore(round.feedback?.rejectionFeedback),
    ...choices,
  });
  const verdict = verdictOf(answer);
  if (verdict === 'omit') return { then: 'omit' };
  if (verdict === 'retry') return { then: 'again', feedback: feedbackFor(answer.rejectionFeedback, output.content) };
  const { editedOutput } = answer;
  return { then: 'keep', output: editedOutput === undefined ? output : withContent(output, editedOutput) };
}
