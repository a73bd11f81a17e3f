/** `holdpoint definition`: the tree of a workflow with every gate in it, with no server anywhere. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN } from './cli.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-definition-'));
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(REPOSITORY, join(root, 'node_modules/holdpoint'));
  for (const name of ['@temporalio', 'zod', 'ai'])
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
  for (const folder of ['workflows', 'activities']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(root, 'workflows/index.ts'),
    `import { condition, proxyActivities, proxyAgents, router, step, workflow } from 'holdpoint/workflow';
     import type * as activities from '../activities/index.ts';
     const { fetchData } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
     const { payer, crew } = proxyAgents<typeof activities.agents>();
     export const other = workflow({ name: 'other', steps: [step({ name: 'x', executor: fetchData })] });
     export const payments = workflow({
       name: 'payments',
       description: 'Pays',
       steps: [
         step({ name: 'fetch', executor: fetchData, humanReview: {
           requiresConfirmation: true, confirmationMessage: 'Fetch?', onReject: 'cancel', timeout: '2 days', onTimeout: 'reject' } }),
         condition({ name: 'large', steps: [step({ name: 'pay', agent: payer, humanReview: { requiresOutputReview: () => true, onError: 'pause', timeout: '1 hour' } })],
           elseSteps: [step({ name: 'team', team: crew })] }),
         router({ name: 'where', choices: [step({ name: 'nested', workflow: other })], humanReview: { requiresUserInput: true } }),
       ],
     });`,
  );
  writeFileSync(
    join(root, 'activities/index.ts'),
    `import { agent, team, tool } from 'holdpoint/activities';
     import { z } from 'zod';
     const model = 'a/model';
     const inputSchema = z.object({ euros: z.number() });
     const tools = {
       look: tool({ description: 'Looks', inputSchema, execute: () => 1 }),
       refund: tool({ description: 'Pays back', inputSchema, requiresConfirmation: true, execute: () => 1 }),
       pay: tool({ description: 'Pays', inputSchema, requiresConfirmation: ({ euros }) => euros > 9, execute: () => 1 }),
       ask: tool({ description: 'Asks', inputSchema, requiresUserInput: true, userInputFields: ['euros'], execute: () => 1 }),
       wire: tool({ description: 'Wires', inputSchema, externalExecution: true }),
     };
     const payer = agent({ model, tools });
     export const agents = { payer, crew: team({ model, members: { payer } }) };
     export async function fetchData() { return 1; }`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function definition(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'definition', ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('every gate of every node and every tool, as JSON', { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await definition('payments', '--json');
  expect([code, stderr]).toEqual([0, '']);
  const { steps, ...head } = JSON.parse(stdout);
  expect(head).toEqual({ name: 'payments', description: 'Pays', agentsKnown: true });
  const tools = [
    { name: 'look' },
    { name: 'refund', gate: { kind: 'confirmation', when: 'always' } },
    { name: 'pay', gate: { kind: 'confirmation', when: 'predicate' } },
    { name: 'ask', gate: { kind: 'user_input' } },
    { name: 'wire', gate: { kind: 'external_execution' } },
  ];
  const within = { timeout: '1 hour', onTimeout: 'cancel' };
  expect(steps).toMatchObject([
    {
      name: 'fetch',
      path: 'fetch',
      type: 'Step',
      executor: 'activity fetchData',
      gates: [
        {
          kind: 'confirmation',
          when: 'always',
          message: 'Fetch?',
          onReject: 'cancel',
          timeout: '2 days',
          onTimeout: 'reject',
        },
      ],
    },
    {
      type: 'Condition',
      gates: [],
      children: [
        {
          path: 'large/pay',
          executor: 'agent payer',
          gates: [
            { kind: 'output_review', when: 'predicate', onReject: 'skip', timeout: '1 hour', onTimeout: 'cancel' },
            { kind: 'error', text: 'error, after 1 hour cancel' },
          ],
          // Those of the step's agent have its deadline.
          tools: tools.map(({ name, gate }) => (gate ? { name, gate: { ...gate, ...within } } : { name })),
        },
        {
          path: 'large/team',
          branch: 'else',
          executor: 'team crew',
          tools: tools.map((tool) => ({ ...tool, member: 'payer' })),
        },
      ],
    },
    {
      type: 'Router',
      gates: [{ kind: 'route', text: 'route, on reject skip' }],
      children: [{ executor: 'workflow other', children: [{ path: 'where/nested/x' }] }],
    },
  ]);
});

test('as a tree for people; an unknown workflow is an error with near matches', { timeout: 120_000 }, async () => {
  const { stdout } = await definition('payments');
  expect(stdout).toContain(
    '├─ fetch (Step, activity fetchData)\n│    ⏸ confirmation: Fetch?, on reject cancel, after 2 days reject',
  );
  expect(stdout).toMatch(
    /│ {2}├─ pay \(Step, agent payer\)\n(.*\n){4}.*tool pay ⏸ confirmation where its predicate asks, after 1 hour cancel/,
  );
  expect(stdout).toContain('tool ask of payer ⏸ user input: euros\n');
  expect(stdout).toContain('⏸ output review where its predicate asks, on reject skip, after 1 hour cancel\n');
  const unknown = await definition('payment', '--json');
  expect(unknown.code).toBe(4);
  expect(JSON.parse(unknown.stdout).error).toMatchObject({ type: 'holdpoint.NotFound', matches: ['payments'] });
});
