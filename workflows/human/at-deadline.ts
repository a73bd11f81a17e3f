/** What a passed deadline does to a pause, so that it says so when it asks (semantics §4). Pure. */
import type { OnTimeout } from '../define/human-review.ts';
import type { RequirementKind } from '../protocol/requirement.ts';

/** What the node says, as far as a pause of this kind has it; where it cannot mean yes, it cancels (H2). */
export function atDeadline(kind: RequirementKind, onTimeout: OnTimeout): OnTimeout {
  // A tool call cannot be left out: the model waits for some result.
  if (kind === 'executor') return onTimeout === 'skip' ? 'reject' : onTimeout;
  if (kind === 'error') return onTimeout === 'skip' ? 'skip' : 'cancel';
  const canMeanYes = kind === 'confirmation' || kind === 'output_review' || kind === 'iteration_review';
  return onTimeout === 'approve' && !canMeanYes ? 'cancel' : onTimeout;
}
