/** What an answer means: only what is known to be a yes is one (H2), and a no has as many retries as it says. */
import { expect, test } from 'vitest';
import { verdictOf } from '../../../workflows/compile/verdict.ts';
import { RunCancelled } from '../../../workflows/human/outcome.ts';
import type { Resolution, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { requirementFields } from '../../support/requirement.ts';

const verdict = (more: Partial<StepRequirement>) => verdictOf(requirementFields('confirmation', more));

test.each(['confirmed', 'edited', 'selected'] as const)('%s is a yes', (resolution) => {
  expect(verdict({ resolution })).toBe('yes');
});

test.each(['cancelled', 'retried', 'withdrawn', 'of a later release'])('%s is none', (resolution) => {
  expect(() => verdict({ resolution: resolution as Resolution })).toThrow(RunCancelled);
});

test('nor is no answer', () => {
  expect(() => verdict({})).toThrow(RunCancelled);
});

test('a no is what the node says', () => {
  const no = { resolution: 'rejected' } as const;
  expect(verdict({ resolution: 'skipped' })).toBe('omit');
  expect(verdict({ ...no, onReject: 'skip' })).toBe('omit');
  expect(verdict({ ...no, onReject: 'else_branch' })).toBe('else');
  expect(() => verdict({ ...no, onReject: 'cancel' })).toThrow("Step 'node' was rejected");
});

test('a no that sends it back does so as often as it may', () => {
  const no = { resolution: 'rejected', onReject: 'retry', maxRetries: 2 } as const;
  expect([0, 1].map((retryCount) => verdict({ ...no, retryCount }))).toEqual(['retry', 'retry']);
  expect(() => verdict({ ...no, retryCount: 2 })).toThrow('Max retries (2) reached');
  expect(verdict({ ...no, maxRetries: 0, retryCount: 99 })).toBe('retry');
  expect(verdict({ ...no, kind: 'iteration_review', retryCount: 99 })).toBe('retry');
});
