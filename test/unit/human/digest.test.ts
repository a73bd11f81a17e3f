/** An answer is bound to all that was asked (H5): whatever else a question shows, its digest is another. */
import { expect, test } from 'vitest';
import { digestOf } from '../../../workflows/human/digest.ts';
import type { RequirementRequest } from '../../../workflows/protocol/requirement.ts';

const QUESTION: RequirementRequest = {
  ...{ kind: 'confirmation', path: 'pay', stepName: 'pay', stepType: 'Step', topLevelStep: 'pay' },
  ...{ onReject: 'skip', onTimeout: 'cancel', retryCount: 0, maxRetries: 3 },
};
const digest = (more: Partial<RequirementRequest> = {}) =>
  digestOf('execution', 'pay#confirmation', { ...QUESTION, ...more });

test.each<Partial<RequirementRequest>>([
  { kind: 'output_review' },
  { message: 'Pay?' },
  { input: 1 },
  { output: 1 },
  { availableChoices: ['a'] },
  { allowMultipleSelections: true },
  { userInputSchema: [{ name: 'amount', type: 'int' }] },
  { errorType: 'Refused' },
  { mayHaveRun: true },
  { previousFeedback: 'too much' },
  { tools: [{ toolCallId: '1', toolName: 'pay', kind: 'confirmation', args: {} }] },
  { toolCallId: '1' },
])('%j counts', (more) => {
  expect(digest(more)).not.toBe(digest());
});

test('so does which run asks, and under which id', () => {
  expect(digestOf('another', 'pay#confirmation', QUESTION)).not.toBe(digest());
  expect(digestOf('execution', 'pay#confirmation~2', QUESTION)).not.toBe(digest());
});
