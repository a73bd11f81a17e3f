/** What may not change under a run (H10): whatever decides who is asked, what runs, and how often. */
import { expect, test } from 'vitest';
import { proxyActivities, proxyLocalActivities } from '../../../workflows/define/activity-ref.ts';
import { proxyAgents } from '../../../workflows/define/agent-ref.ts';
import { cel } from '../../../workflows/define/cel.ts';
import { condition } from '../../../workflows/define/condition.ts';
import { loop } from '../../../workflows/define/loop.ts';
import type { NodeLike } from '../../../workflows/define/node.ts';
import { router } from '../../../workflows/define/router.ts';
import { step } from '../../../workflows/define/step.ts';
import { fingerprintOf } from '../../../workflows/define/structure.ts';
import { defineWorkflow } from '../../../workflows/define/workflow.ts';
import { workflow } from '../../../workflows/run/workflow.ts';

const options = { startToCloseTimeout: '10s' } as const;
type Activities = Record<'pay' | 'refund', () => Promise<void>>;
const remote = proxyActivities<Activities>(options);
const local = proxyLocalActivities<Activities>(options);
const agents = proxyAgents<Record<'clerk' | 'boss', { readonly kind: 'agent' }>>(options);

const confirm = { requiresConfirmation: true } as const;
const pay = step({ name: 'pay', executor: remote.pay, humanReview: confirm });
const fn = () => 'done';
const inner = (...steps: NodeLike[]) => step({ name: 'inner', workflow: workflow({ name: 'inner', steps }) });

const of = (node: NodeLike) => fingerprintOf(defineWorkflow({ name: 'w', steps: [node] }));

test.each<[string, NodeLike, NodeLike]>([
  ['may it be repeated', pay, { ...pay, idempotent: true }],
  ['does its failure count', pay, { ...pay, skipOnFailure: true }],
  ['which activity', pay, step({ name: 'pay', executor: remote.refund, humanReview: confirm })],
  ['which kind of activity', step({ name: 'pay', executor: remote.pay }), step({ name: 'pay', executor: local.pay })],
  ['which agent', step({ name: 'a', agent: agents.clerk }), step({ name: 'a', agent: agents.boss })],
  ['what a no means', pay, { ...pay, humanReview: { ...confirm, onReject: 'retry' } }],
  ['how many noes', pay, { ...pay, humanReview: { ...confirm, maxRetries: 1 } }],
  ['what an error means', pay, { ...pay, humanReview: { ...confirm, onError: 'skip' } }],
  ['a gate in a nested workflow', inner(pay), inner({ ...pay, humanReview: {} })],
  [
    'the text of a condition',
    condition({ name: 'c', steps: [pay], evaluator: cel('input == "a"') }),
    condition({ name: 'c', steps: [pay], evaluator: cel('input == "b"') }),
  ],
  ['how many iterations', loop({ name: 'l', steps: [fn] }), loop({ name: 'l', steps: [fn], maxIterations: 9 })],
  [
    'what an iteration begins with',
    loop({ name: 'l', steps: [fn] }),
    loop({ name: 'l', steps: [fn], forwardIterationOutput: true }),
  ],
  [
    'the choices',
    router({ name: 'r', choices: [pay], selector: () => 'pay' }),
    router({ name: 'r', choices: [pay, inner(fn)], selector: () => 'pay' }),
  ],
])('%s', (_, before, now) => {
  expect(of(now)).not.toBe(of(before));
});

test('when it continues as new', () => {
  const often = fingerprintOf(defineWorkflow({ name: 'w', steps: [pay], continueAsNewAfter: 100 }));
  expect(often).not.toBe(of(pay));
});
