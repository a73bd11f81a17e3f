/** What an answer means for its node: one reading for every kind of pause (semantics §4). */
import type { OnReject } from '../define/human-review.ts';
import { cut } from '../define/cut.ts';
import { defined } from '../define/defined.ts';
import { type RequirementRequest, retriesLeft, type StepRequirement } from '../protocol/requirement.ts';
import type { Durable } from '../human/durable.ts';
import { RunCancelled } from '../human/outcome.ts';
import type { Place } from '../human/place.ts';
import { ask, type Here } from './scope.ts';

/** `retry` is returned only while retries are left. */
export type Verdict = 'yes' | 'omit' | 'retry' | 'else';

const REJECTED: Record<Exclude<OnReject, 'cancel'>, Verdict> = { skip: 'omit', retry: 'retry', else_branch: 'else' };

/** @throws {RunCancelled} where the answer, or the end of the retries, cancels the run */
export function verdictOf(answer: StepRequirement): Verdict {
  const { resolution, onReject, stepName, maxRetries } = answer;
  if (resolution === 'skipped') return 'omit';
  if (resolution !== 'rejected') {
    // Fail closed: only what is known to be a yes is one.
    if (resolution === 'confirmed' || resolution === 'edited' || resolution === 'selected') return 'yes';
    throw RunCancelled.rejected(stepName);
  }
  if (onReject === 'cancel') throw RunCancelled.rejected(stepName);
  if (onReject === 'retry' && retriesLeft(answer) <= 0) throw RunCancelled.retriesSpent(stepName, maxRetries);
  return REJECTED[onReject];
}

/** Characters of it that a question shows; the requirement before has it whole. */
const SAID_LIMIT = 10_000;

/** What a rejection said, for the question after it. */
export function saidBefore(feedback: string | undefined): Pick<RequirementRequest, 'previousFeedback'> {
  return defined({ previousFeedback: feedback && cut(feedback, SAID_LIMIT) });
}

/**
 * Asks before something happens, and again after each rejection with `retry`, showing what was said.
 * @returns the answer, with a verdict other than `retry`
 */
export function* askUntilSettled(
  here: Here,
  question: Parameters<typeof ask>[1],
  at: Place,
): Durable<{ readonly verdict: Exclude<Verdict, 'retry'>; readonly answer: StepRequirement }> {
  let answer = yield* ask(here, question, at);
  for (;;) {
    const verdict = verdictOf(answer);
    if (verdict !== 'retry') return { verdict, answer };
    const { retryCount, rejectionFeedback } = answer;
    const again = { retryCount: retryCount + 1, ...saidBefore(rejectionFeedback) };
    answer = yield* ask(here, { ...question, ...again }, at, true);
  }
}
