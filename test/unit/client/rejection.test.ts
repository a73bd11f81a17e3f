/** What a no does, as the command line says it: one sentence for every row of semantics §4. */
import { describe, expect, it } from 'vitest';
import { rejectionOf, sendsBack } from '../../../client/cli/rejection.ts';
import { consequenceLines } from '../../../client/cli/render-requirement.ts';
import { Requirement } from '../../../client/requirement.ts';
import type { RequirementKind, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { requirementFields } from '../../support/requirement.ts';

type More = Partial<StepRequirement>;

describe('a no', () => {
  it.each<[RequirementKind, More, string]>([
    ['confirmation', { onReject: 'skip' }, 'leaves it out, the run goes on'],
    ['confirmation', { onReject: 'skip', stepType: 'Condition' }, 'leaves both branches out, the run goes on'],
    ['confirmation', { onReject: 'else_branch', stepType: 'Condition' }, 'runs the else branch, where there is one'],
    ['user_input', { onReject: 'cancel' }, 'cancels the run'],
    ['confirmation+user_input', { onReject: 'retry' }, 'asks again, with your feedback (3 of 3 left)'],
    ['route', { onReject: 'skip', stepType: 'Router' }, 'takes no route, the run goes on'],
    ['route', { onReject: 'retry', stepType: 'Router', maxRetries: 0 }, 'asks again, with your feedback'],
    ['output_review', { onReject: 'skip' }, 'drops the output, the run goes on'],
    ['output_review', { onReject: 'cancel' }, 'cancels the run'],
    [
      'output_review',
      { onReject: 'retry', retryCount: 1, maxRetries: 2 },
      'runs it again, with your feedback (1 of 2 left)',
    ],
    [
      'output_review',
      { onReject: 'retry', stepType: 'Router', maxRetries: 1 },
      'asks for another route, with your feedback (1 of 1 left)',
    ],
    [
      'output_review',
      { onReject: 'retry', stepType: 'Loop', maxRetries: 0, retryCount: 9 },
      'runs the whole loop again, with your feedback',
    ],
    ['iteration_review', { onReject: 'skip' }, 'leaves the whole loop out, with its outputs, the run goes on'],
    ['iteration_review', { onReject: 'retry', maxRetries: 1 }, 'runs another iteration, with your feedback'],
    ['executor', { onReject: 'cancel' }, 'the call does not run; the model is told your feedback, and goes on'],
    ['error', { onReject: 'skip' }, 'cancels the run'],
  ])('to a %s pause with %j %s', (kind, more, does) => {
    expect(rejectionOf(requirementFields(kind, more))).toBe(does);
  });

  it.each(['confirmation', 'output_review'] as const)(
    'to a %s pause cancels once the retries are spent, and is not called sending back',
    (kind) => {
      const asked = (retryCount: number) => requirementFields(kind, { onReject: 'retry', maxRetries: 1, retryCount });
      expect([0, 1].map((count) => sendsBack(asked(count)))).toEqual([true, false]);
      expect(rejectionOf(asked(1))).toBe('cancels the run, no retries are left');
    },
  );

  it('is not called sending back where nothing runs again', () => {
    for (const onReject of ['skip', 'cancel', 'else_branch'] as const) {
      expect(sendsBack(requirementFields('output_review', { onReject }))).toBe(false);
    }
    expect(sendsBack(requirementFields('iteration_review', { onReject: 'retry', maxRetries: 1 }))).toBe(true);
  });

  it('is told with the question, and so is the yes that stops a loop', () => {
    const lines = (kind: RequirementKind, more: More = {}) =>
      consequenceLines(new Requirement(requirementFields(kind, more))).join('\n');
    expect(lines('confirmation', { onReject: 'cancel' })).toBe('  a no: cancels the run');
    expect(lines('iteration_review', { onReject: 'retry' })).toMatch(
      /a yes: stops the loop here and keeps its outputs\n {2}a no: runs another iteration/,
    );
  });

  it('of a run that no worker could be asked about is not guessed, nor a text of who wrote the data', () => {
    const { onReject: _, maxRetries: __, ...memo } = requirementFields('confirmation');
    expect(rejectionOf(memo)).toBeUndefined();
    expect(consequenceLines(new Requirement(memo)).join('\n')).toContain(
      'a no: what it does, only a worker could tell',
    );
    const evil = { onReject: 'retry', maxRetries: '\u001b[2J', retryCount: '\u001b[2J' } as never;
    expect(rejectionOf(requirementFields('output_review', evil))).not.toContain('\u001b');
    expect(rejectionOf(requirementFields('output_review', { onReject: '\u001b[2J' as never }))).toBeUndefined();
  });
});
