/** docs/testing.md shows this file, whole: fakes, and a model that says what its script says. */
import { fileURLToPath } from 'node:url';
import { confirm, createTestEnv, expectGates, fakeActivities, reject } from 'holdpoint/testing';
import { ScriptedModel, type TestEnv, withModels } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './activities.ts';
import { complaint } from './workflows.ts';

const model = new ScriptedModel([
  { toolCalls: [{ toolName: 'payBack', args: { order: 'A7', euros: 120 } }] },
  ({ toolResults: [result] }) => `It said: ${JSON.stringify(result)}`,
]);

const fakes = fakeActivities<typeof activities>({
  findOrder: ({ input }) => ({ order: input, euros: 120 }),
  agents: withModels(activities.agents, { clerk: model }),
});

let env: TestEnv;
beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  env = await createTestEnv({ workflowsPath, activities: fakes });
}, 60_000);
afterAll(() => env.close());

test('much money is paid back when a human says so', async () => {
  const run = await env.run(complaint, 'A7', { answers: { payBack: confirm() } });
  expect(run.content).toBe('It said: {"order":"A7","paid":120}');
  expect(env.calls(run).map(({ activity }) => activity)).toEqual([
    'findOrder',
    'clerk.generate',
    'clerk.payBack',
    'clerk.generate',
  ]);
});

test('the model is told why it is not', async () => {
  const run = await env.run(complaint, 'A7', {
    answers: { payBack: ({ args }) => (args.euros > 99 ? reject('no') : confirm()) },
  });
  expect(run.content).toBe('It said: "no"');
});

test('the tool asks before it pays', () => {
  expectGates(complaint, { agents: activities.agents }).toEqual([
    'answer/clerk.payBack: confirmation (conditional), timeout 1 day reject',
  ]);
});
