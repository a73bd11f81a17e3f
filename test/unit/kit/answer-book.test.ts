/** What is left of the answers of a test, told in the words that its keys are made of. */
import { expect, it } from 'vitest';
import { Requirement } from '../../../client/requirement.ts';
import { confirm } from '../../kit/answer.ts';
import { AnswerBook, UnusedAnswer } from '../../kit/answer-book.ts';
import { requirementFields } from '../../support/requirement.ts';

it('an unused answer: what was asked for is named as answers name it, tools by their names', async () => {
  const call = (toolCallId: string, toolName: string) =>
    ({ toolCallId, toolName, kind: 'confirmation', args: {} }) as const;
  const tools = [call('call_1', 'ship'), call('call_2', 'refund')];
  const book = new AnswerBook({ ship: confirm(), refund: confirm(), pay: confirm(), reship: confirm() });
  const asked = [
    new Requirement(requirementFields('confirmation', { id: 'pay#confirmation', stepName: 'pay' })),
    new Requirement(requirementFields('executor', { tools })),
  ];
  for (const question of asked.flatMap((each) => book.questionsOf(each))) await book.next(question);
  const unused = () => book.assertUsedUp();
  expect(unused).toThrow(UnusedAnswer);
  expect(unused).toThrow('  reship: confirm()\nThe run asked for: pay#confirmation, ship, refund.');
});
