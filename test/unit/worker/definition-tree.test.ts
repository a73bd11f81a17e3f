/** What a definition says that a deadline does is what it does: as `holdpoint definition` and the test kit show it. */
import { expect, test } from 'vitest';
import { step } from '../../../workflows/define/step.ts';
import { workflow } from '../../../workflows/run/workflow.ts';
import { treeOf } from '../../../worker/definition-tree.ts';
import { gatesOf } from '../../kit/gates.ts';

const pay = step({
  name: 'pay',
  executor: () => 1,
  humanReview: { requiresConfirmation: true, onError: 'pause', timeout: '1 hour', onTimeout: 'approve' },
});

test('a deadline that approves a confirmation cancels at an error', () => {
  const expected = [
    ['confirmation', 'approve'],
    ['error', 'cancel'],
  ];
  expect(treeOf(pay, '', undefined).gates.map(({ kind, onTimeout }) => [kind, onTimeout])).toEqual(expected);
  const gates = gatesOf(workflow({ name: 'refund', steps: [pay] }));
  expect(gates.map(({ gate, onTimeout }) => [gate, onTimeout])).toEqual(expected);
});

test('what a run asks for values with is what the tree shows: the words of the confirmation where it has no others', () => {
  const humanReview = { requiresUserInput: true, confirmationMessage: 'How much?' };
  const { gates } = treeOf(step({ name: 'pay', executor: () => 1, humanReview }), '', undefined);
  expect(gates).toMatchObject([{ kind: 'user_input', message: 'How much?' }]);
});
