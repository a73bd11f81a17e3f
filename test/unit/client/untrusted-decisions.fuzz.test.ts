/** Whatever JSON a browser sends as decisions: it is an answer, or an error of ours. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAnswer, checkDecisions } from '../../../client/answers.ts';
import { HoldpointError } from '../../../client/errors.ts';
import { Run } from '../../../client/run.ts';
import type { Decision } from '../../../workflows/protocol/signals.ts';
import { requirementFields, runFields } from '../../support/requirement.ts';

const tool = { toolName: 'pay', kind: 'confirmation', args: {} } as const;
const run = new Run(
  runFields([
    requirementFields('confirmation', { id: 'a' }),
    requirementFields('route', { id: 'b', availableChoices: ['x', 'y'] }),
    requirementFields('user_input', { id: 'c', userInputSchema: [{ name: 'n', type: 'int' }] }),
    requirementFields('executor', { id: 'd', tools: [{ ...tool, toolCallId: 't' }] }),
    requirementFields('error', { id: 'e' }),
  ]),
  true,
);

const name = fc.constantFrom('confirm', 'reject', 'input', 'select', 'skip', 'edit', 'result', 't', 'n', '__proto__');
/** An object that cannot be made a text. */
const odd = fc.constantFrom({ toString: 1 }, { valueOf: 1, toString: 1 });
const json = fc.oneof(
  name,
  odd,
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.oneof(name, odd)),
  fc.dictionary(name, fc.oneof(odd, fc.dictionary(fc.constantFrom('action', 'values', 'note'), fc.oneof(name, odd)))),
);
const fields = ['digest', 'action', 'feedback', 'output', 'values', 'choices', 'toolCall', 'tools', 'result', 'by'];
const decision = fc
  .record({ requirement: fc.constantFrom('a', 'b', 'c', 'd', 'e', '', 'constructor') })
  .chain((base) => fc.dictionary(fc.constantFrom(...fields), json).map((more) => ({ ...more, ...base })));

test('decisions from anywhere are taken or refused', () => {
  const check = (given: unknown) => {
    try {
      checkAnswer(checkDecisions(run, given as Decision[]));
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
    }
  };
  for (const more of [{ action: { toString: 1 } }, { action: ['confirm'] }, { toolCall: 5, action: 'confirm' }]) {
    for (const requirement of ['a', 'b', 'c', 'd', 'e']) check([{ requirement, ...more }]);
  }
  fc.assert(fc.property(fc.array(decision, { maxLength: 3 }), check), { numRuns: 2_000 });
  expect(() => checkDecisions(run, [{ requirement: 'd', toolCall: 5, action: 'confirm' } as never])).toThrow(
    /`toolCall` must be a string/,
  );
});
