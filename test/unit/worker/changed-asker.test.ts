/** Whether the node of an open question is the one that asked it, where a replay does not come to what an answer does. */
import { defaultPayloadConverter } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, test } from 'vitest';
import { changedAsker } from '../../../worker/changed-asker.ts';
import { condition, loop, step, steps, workflow } from '../../../workflows/index.ts';
import { definitionOf, type WorkflowDefinition } from '../../../workflows/define/definition.ts';
import type { NodeLike } from '../../../workflows/define/node.ts';
import { fingerprintOf, nodeHash } from '../../../workflows/define/structure.ts';
import { Requirements } from '../../../workflows/human/requirements.ts';
import { DEFINITION_MEMO_KEY, MEMO_KEY, toMemo } from '../../../workflows/protocol/memo.ts';

const define = (...nodes: NodeLike[]) => definitionOf(workflow({ name: 'w', steps: nodes }))!;
const ask = (humanReview: object = {}, name = 'ask') =>
  step({ name, executor: () => 'asked', humanReview: { requiresConfirmation: true, ...humanReview } });
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => step({ name: `plain number ${index}`, executor: () => 'x' }));

/** A run that was started with one definition, and waits for a confirmation of this node. */
function compare(
  startedWith: WorkflowDefinition,
  asker: ReturnType<typeof ask>,
  path: string,
  now: WorkflowDefinition,
) {
  const requirements = new Requirements('first');
  const node = { path, stepName: 'ask', stepType: 'Step', topLevelStep: 'ask', nodeHash: nodeHash(asker) } as const;
  const rules = { onReject: 'skip', retryCount: 0, maxRetries: 3, onTimeout: 'cancel' } as const;
  requirements.ask({ kind: 'confirmation', ...node, ...rules }, new Date(0), undefined);
  const run = { workflowName: 'w', sessionId: 's', status: 'paused', sequence: 1 } as const;
  const payload = (value: unknown) => defaultPayloadConverter.toPayload(value)!;
  const memo = { [DEFINITION_MEMO_KEY]: payload(fingerprintOf(startedWith)) };
  const events = [
    { workflowExecutionStartedEventAttributes: { memo: { fields: memo } } },
    {
      workflowPropertiesModifiedEventAttributes: {
        upsertedMemo: { fields: { [MEMO_KEY]: payload(toMemo(run, requirements.open, [])) } },
      },
    },
  ];
  return changedAsker({ events }, now, loadDataConverter({}));
}

test('it is said of a node that does something else with an answer', async () => {
  const said = (id: string) => `'${id}' is open, and its node has changed: an answer would do what it says now`;
  const before = define(ask());
  expect(await compare(before, ask(), 'ask', before)).toBeUndefined();
  expect(await compare(before, ask(), 'ask', define(ask({ onReject: 'cancel' })))).toBe(said('ask#confirmation'));
  expect(await compare(before, ask(), 'ask', define(ask({}, 'other')))).toBe(said('ask#confirmation'));
  const looped = (review = {}) => define(loop({ name: 'a[1]', steps: [ask(review)], maxIterations: 3 }));
  const inLoop = 'a%5B1%5D[2]/ask';
  expect(await compare(looped(), ask(), inLoop, looped())).toBeUndefined();
  expect(await compare(looped(), ask(), inLoop, looped({ onReject: 'cancel' }))).toBe(said(`${inLoop}#confirmation`));
});

test('what a run was started with says nothing of a node that asked later, under another definition', async () => {
  const later = ask({ onReject: 'cancel' });
  expect(await compare(define(ask()), later, 'ask', define(later))).toBeUndefined();
});

test('a definition may have more nodes than its fingerprint names', async () => {
  const now = (count: number, review = {}) => define(steps({ name: 'in', steps: [ask(review)] }), ...many(count));
  expect(await compare(now(1), ask(), 'in/ask', now(60))).toBeUndefined();
  expect(await compare(now(60), ask(), 'in/ask', now(60, { onReject: 'cancel' }))).toContain('its node has changed');
});

test('both branches of a condition may have a node of that name', async () => {
  const [one, other] = [ask(), ask({ onReject: 'cancel' })];
  const now = define(condition({ name: 'if', steps: [one], elseSteps: [other] }));
  expect(await compare(now, one, 'if/ask', now)).toBeUndefined();
  expect(await compare(now, other, 'if/ask', now)).toBeUndefined();
});
