/** What a no does, in words, from what the requirement says of itself (semantics §4). Pure. */
import { retriesLeft } from '../../workflows/protocol/requirement.ts';
import type { Requirement } from '../requirement.ts';

type Asked = Pick<Requirement, 'kind' | 'stepType' | 'onReject' | 'retryCount' | 'maxRetries'>;

/** `undefined` where it cannot be known: the memo of a run, which is all there is without a worker, does not say. */
export function rejectionOf(asked: Asked): string | undefined {
  if (asked.kind === 'error') return 'cancels the run';
  if (asked.kind === 'executor') return 'the call does not run; the model is told your feedback, and goes on';
  switch (asked.onReject) {
    case 'cancel':
      return 'cancels the run';
    case 'skip':
      return `${leftOut(asked)}, the run goes on`;
    case 'else_branch':
      return 'runs the else branch, where there is one';
    case 'retry':
      return again(asked);
    default:
      return undefined;
  }
}

/** Does a no make what is asked about happen anew, with the feedback? */
export function sendsBack(asked: Asked): boolean {
  return asked.onReject === 'retry' && retriesOf(asked) > 0;
}

function leftOut({ kind, stepType }: Asked): string {
  if (kind === 'output_review') return 'drops the output';
  if (kind === 'iteration_review') return 'leaves the whole loop out, with its outputs';
  if (kind === 'route') return 'takes no route';
  return stepType === 'Condition' ? 'leaves both branches out' : 'leaves it out';
}

function again(asked: Asked): string {
  if (asked.kind === 'iteration_review') return 'runs another iteration, with your feedback';
  const left = retriesOf(asked);
  if (left <= 0) return 'cancels the run, no retries are left';
  const count = Number.isFinite(left) ? ` (${left} of ${Number(asked.maxRetries)} left)` : '';
  return `${whatAgain(asked)}, with your feedback${count}`;
}

function whatAgain({ kind, stepType }: Asked): string {
  if (kind !== 'output_review') return 'asks again';
  if (stepType === 'Router') return 'asks for another route';
  return stepType === 'Loop' ? 'runs the whole loop again' : 'runs it again';
}

/** Whoever runs a worker writes the numbers of its runs, and may write anything. */
function retriesOf({ kind, retryCount, maxRetries }: Asked): number {
  return retriesLeft({ kind, retryCount: Number(retryCount), maxRetries: Number(maxRetries) });
}
