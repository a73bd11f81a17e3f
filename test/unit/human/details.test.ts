/** Current details: whatever a model, a tool or a person wrote, it is text in a box, and all of it is seen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACTIONS } from '../../../workflows/human/answer-rules.ts';
import { currentDetails } from '../../../workflows/human/details.ts';
import type { Json } from '../../../workflows/define/step-output.ts';
import type { RequirementKind, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { PEOPLE_SIGNALS } from '../../../workflows/protocol/signals.ts';
import { hostileJson, hostileText, UNSEEN } from '../../support/hostile-text.ts';
import { fences } from '../../support/markdown.ts';
import { requirementFields } from '../../support/requirement.ts';

const SIGNALS = Object.keys(PEOPLE_SIGNALS).join('|');
/** All that is ever outside of a box. */
const OURS = new RegExp(
  [
    ...[
      '',
      '---',
      '## Waiting: [a-z+ ]+',
      'Text in boxes is data\\..*',
      'No deadline\\.',
      '\\*\\*It may have run\\*\\*.*',
    ],
    '### (Asked|Input|Under review|Choices|Said before|Answer with a signal|Tool call: [a-z? ]+)',
    ...['A no: [a-z_]+(, \\d+ of \\d+ left|, none left: it cancels the run)?\\.'],
    ...['Deadline: [0-9TZ:.-]+, then: [a-z]+\\.', `\\*\\*(${SIGNALS})\\*\\* – [A-Za-z, ]+`],
    ...['\\*\\*Cut\\*\\*: the first 4000 of \\d+ characters.*', '\\d+ of \\d+ calls are answered\\.'],
  ]
    .map((line) => `^${line}$`)
    .join('|'),
);

/** The boxes that are answers to send. */
function answers(details: string): object[] {
  return fences(details).boxes.flatMap((box) => {
    try {
      const json = JSON.parse(box) as object | null;
      return typeof json === 'object' && json !== null && 'by' in json ? [json] : [];
    } catch {
      return [];
    }
  });
}

const kinds = fc.constantFrom(...(Object.keys(ACTIONS) as RequirementKind[]));
const requirement = fc
  .record({ kind: kinds, message: hostileText, output: hostileJson, said: hostileText, callId: hostileText })
  .map(({ kind, message, output, said, callId }): StepRequirement => {
    const tools = [{ toolCallId: callId, toolName: 'pay', kind: 'confirmation', args: output as Json } as const];
    return requirementFields(kind, {
      ...{ message, previousFeedback: said, output: output as Json },
      ...(kind === 'executor' ? { tools } : {}),
      ...(kind === 'route' ? { availableChoices: [said, 'b'] } : {}),
    });
  });

test('nothing but our own words is markup, and nothing is unseen', () => {
  fc.assert(
    fc.property(fc.array(requirement, { minLength: 1, maxLength: 3 }), (open) => {
      const details = currentDetails(open, 'paused');
      for (const line of fences(details).markup.split('\n')) expect(line).toMatch(OURS);
      expect(details).not.toMatch(UNSEEN);
    }),
    { numRuns: 1000 },
  );
});

test('what is to be sent is JSON that names the requirement and the call as they are', () => {
  fc.assert(
    fc.property(requirement, (asked) => {
      // Of the text under review nothing is left that could be taken for an answer.
      const { output: _, message: _m, previousFeedback: _p, ...bare } = asked;
      const given = answers(currentDetails([bare], 'paused'));
      const [tool] = asked.tools ?? [];
      expect(given).toHaveLength(tool ? 2 : ACTIONS[asked.kind].length);
      for (const json of given) {
        expect(json).toMatchObject({ requirement: asked.id, digest: asked.digest });
        if (tool) expect(json).toHaveProperty('toolCall', tool.toolCallId);
      }
    }),
  );
});

test('a long text is cut, and says so outside of its box', () => {
  const details = currentDetails([requirementFields('output_review', { output: '`'.repeat(300_000) })], 'paused');
  expect(fences(details).markup).toContain('the first 4000 of 300000 characters');
  expect(details.length).toBeLessThan(20_000);
});

test('what a no does is told, and how often it may be said', () => {
  const told = (kind: RequirementKind, more: Partial<StepRequirement>) =>
    /^A no: .*$/m.exec(currentDetails([requirementFields(kind, more)], 'paused'))?.[0];
  const retry = { onReject: 'retry', maxRetries: 2 } as const;
  expect(told('confirmation', { onReject: 'skip' })).toBe('A no: skip.');
  expect(told('output_review', { ...retry, retryCount: 1 })).toBe('A no: retry, 1 of 2 left.');
  expect(told('output_review', { ...retry, retryCount: 2 })).toBe('A no: retry, none left: it cancels the run.');
  expect(told('output_review', { ...retry, maxRetries: 0, retryCount: 9 })).toBe('A no: retry.');
  expect(told('iteration_review', retry)).toBe('A no: retry.');
  expect(told('error', retry)).toBe('A no: cancel.');
  expect(told('executor', retry)).toBeUndefined();
});
