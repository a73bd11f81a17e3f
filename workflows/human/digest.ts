/** Names what a human was shown, so that an answer to something else is refused (H5). */
import { hash } from '../define/hash.ts';
import type { RequirementRequest } from '../protocol/requirement.ts';

/** 80 bits of SHA-256, in hex. */
export function digestOf(executionId: string, id: string, request: RequirementRequest): string {
  const { kind, message, input, output, availableChoices, allowMultipleSelections, userInputSchema } = request;
  const { errorType, mayHaveRun, previousFeedback, tools, toolCallId } = request;
  return hash({
    ...{ executionId, id, kind, message, input, output, availableChoices, allowMultipleSelections, userInputSchema },
    ...{ errorType, mayHaveRun, previousFeedback, tools, toolCallId },
  });
}
