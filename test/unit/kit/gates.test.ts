import { expect, test } from 'vitest';
import { z } from 'zod';
import { agent, team, tool } from '../../../activities/index.ts';
import { condition, loop, proxyAgents, router, step, workflow } from '../../../workflows/index.ts';
import { expectGates, gatesOf, ScriptedModel, withModels } from '../../kit/index.ts';

const inputSchema = z.object({ euros: z.number() });
const pay = tool({
  description: 'Pays',
  inputSchema,
  execute: () => 1,
  requiresConfirmation: ({ euros }) => euros > 9,
});
const free = tool({ description: 'Free', inputSchema, execute: () => 1 });
const elsewhere = tool({ description: 'Elsewhere', inputSchema, externalExecution: true });
const model = new ScriptedModel([]);
const clerk = agent({ model, tools: { pay, free } });
const agents = { office: team({ model, members: { clerk }, tools: { elsewhere } }) };
const { office } = proxyAgents<typeof agents>();

const fn = () => 1;
const inner = workflow({
  name: 'inner',
  steps: [step({ name: 'ask', executor: fn, humanReview: { requiresConfirmation: true, timeout: '1 hour' } })],
});
const all = workflow({
  name: 'all',
  steps: [
    step({ name: 'nested', workflow: inner, humanReview: { onError: 'pause' } }),
    step({ name: 'work', team: office, humanReview: { requiresOutputReview: () => true, onReject: 'retry' } }),
    condition({
      name: 'if',
      humanReview: { requiresConfirmation: true },
      steps: [
        step({
          name: 'values',
          executor: fn,
          humanReview: {
            requiresConfirmation: true,
            requiresUserInput: true,
            userInputSchema: [{ name: 'count', type: 'int' }],
          },
        }),
      ],
    }),
    loop({ name: 'again', steps: [fn], humanReview: { requiresIterationReview: true } }),
    router({ name: 'way', choices: [step({ name: 'left', executor: fn })], humanReview: { requiresUserInput: true } }),
  ],
});

const LINES = [
  'nested/ask: confirmation, onReject skip, timeout 1 hour cancel',
  'nested: error',
  'work/office.elsewhere: external_execution',
  'work/clerk.pay: confirmation (conditional)',
  'work: output_review (conditional), onReject retry',
  'if: confirmation, onReject else_branch',
  'if/values: confirmation+user_input of count, onReject skip',
  'again: iteration_review, onReject skip',
  'way: route, onReject skip',
];

test('every gate, in the order of a run', () => {
  expectGates(all, { agents }).toEqual(LINES);
  expectGates(all, { agents }).toEqual(gatesOf(all, { agents }));
});

test('a workflow with agents is not looked at without them: gates of tools would be missing', () => {
  expect(() => expectGates(all)).toThrow(/runs team 'office': give \{ agents \}/);
});

test('a gate that is missing, and one that is new, are shown', () => {
  const expected = [LINES[0]!, 'gone: confirmation', ...LINES.slice(2)];
  expect(() => expectGates(all, { agents }).toEqual(expected)).toThrow(/- gone: confirmation\n {2}\+ nested: error/);
});

test('an agent that is not there is an error', () => {
  expect(() => gatesOf(all, { agents: {} })).toThrow(/agents has no team 'office'/);
  expect(() => gatesOf(fn)).toThrow(/take a workflow/);
});

test('models are replaced by name, also of members', () => {
  const other = new ScriptedModel(['other']);
  const replaced = withModels(agents, { clerk: other });
  expect([replaced.office.model, replaced.office.members.clerk!.model]).toEqual([model, other]);
  expect(() => withModels(agents, { nobody: other })).toThrow(/no agent 'nobody'/);
});
