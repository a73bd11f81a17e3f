/** Output review: what a human makes of a node's output before anything downstream sees it. */
import { defined } from '../define/defined.ts';
import type { AdditionalData } from '../define/step-input.ts';
import type { Json, StepOutput } from '../define/step-output.ts';
import type { Round } from './round.ts';
import { ask, type Here } from './scope.ts';
import { saidBefore, verdictOf } from './verdict.ts';
import type { Durable } from '../human/durable.ts';
import type { Place } from '../human/place.ts';
import { withStacks } from '../human/stacks.ts';
import type { RequirementRequest } from '../protocol/requirement.ts';

/** A predicate that throws means: review (fail closed). */
export function needsReview({ review }: Here, output: StepOutput): boolean {
  const rule = review.requiresOutputReview;
  if (typeof rule === 'boolean') return rule;
  try {
    const said: unknown = withStacks(() => rule(output));
    // A promise is not an answer: reviewed, and its failure is not the workflow task's.
    if (said instanceof Promise) said.catch(() => {});
    return said !== false;
  } catch {
    return true;
  }
}

/** What a human made of an output. */
export type Reviewed =
  | { readonly then: 'keep'; readonly edited: Json | undefined }
  | { readonly then: 'omit' }
  | { readonly then: 'again'; readonly feedback: AdditionalData };

/** @param before what was said of the round or the iteration before */
export function* askForReview(
  here: Here,
  question: Pick<RequirementRequest, 'kind' | 'message'> & Partial<RequirementRequest> & { readonly output: Json },
  before: AdditionalData | undefined,
  at?: Place,
): Durable<Reviewed> {
  const answer = yield* ask(here, { ...question, ...saidBefore(before?.rejectionFeedback) }, at);
  const verdict = verdictOf(answer);
  if (verdict === 'omit') return { then: 'omit' };
  if (verdict === 'retry') return { then: 'again', feedback: feedbackFor(answer.rejectionFeedback, question.output) };
  return { then: 'keep', edited: answer.editedOutput };
}

/** What a re-run learns from a rejection: the feedback only if given, the previous output always. */
function feedbackFor(feedback: string | undefined, previousOutput: Json): AdditionalData {
  return defined({ rejectionFeedback: feedback, previousOutput });
}

/** The review of a node's own output. */
export function reviewOutput(here: Here, output: Json, round: Round, retryCount: number): Durable<Reviewed> {
  const { node, review } = here;
  const choices = node.kind === 'router' ? { availableChoices: node.choices.map(({ name }) => name) } : {};
  const message = review.outputReviewMessage ?? `Review output of ${node.kind} '${node.name}'?`;
  return askForReview(here, { kind: 'output_review', message, output, retryCount, ...choices }, round.feedback);
}
