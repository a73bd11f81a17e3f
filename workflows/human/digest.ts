/** Names what a human was shown, so that an answer to something else is refused (H5). */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
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

/** 80 bits of the SHA-256 of a JSON value, in hex; the order of keys counts. */
export function hash(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value)))).slice(0, 20);
}
