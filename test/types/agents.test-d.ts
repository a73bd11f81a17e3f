/** Agents and tools as types: `tsc -b` compiles this file, and an `@ts-expect-error` without an error is one. */
import { z } from 'zod';
import { agent, team, tool } from '../../activities/index.ts';
import { proxyAgents, step } from '../../workflows/index.ts';
import { ScriptedModel } from '../kit/index.ts';

const model = new ScriptedModel([]);
const inputSchema = z.object({ to: z.string(), euros: z.number().default(1) });
const description = 'Pays';

tool({
  description,
  inputSchema,
  execute: ({ to, euros }, { by }) => `${to.trim()} ${euros.toFixed(2)} ${by?.trim()}`,
});
tool({ description, inputSchema, execute: () => 1, requiresConfirmation: ({ euros }) => euros > 100 });
tool({ description, inputSchema, execute: () => 1, requiresUserInput: true, userInputFields: ['euros'] });
tool({ description, inputSchema, externalExecution: true });
// @ts-expect-error a field that is no argument
tool({ description, inputSchema, execute: () => 1, requiresUserInput: true, userInputFields: ['dollars'] });
// @ts-expect-error user input needs its fields
tool({ description, inputSchema, execute: () => 1, requiresUserInput: true });
const both = { requiresConfirmation: true, requiresUserInput: true, userInputFields: ['to'] } as const;
// @ts-expect-error two gates
tool({ description, inputSchema, execute: () => 1, ...both });
// @ts-expect-error what runs elsewhere has no function
tool({ description, inputSchema, externalExecution: true, execute: () => 1 });
// @ts-expect-error nothing to run
tool({ description, inputSchema });

const pay = tool({ description, inputSchema, execute: () => 1 });
const clerk = agent({ model, tools: { pay }, outputSchema: z.object({ ok: z.boolean() }) });
const office = team({ model, members: { clerk }, mode: 'route' });
// @ts-expect-error no such mode
team({ model, members: { clerk }, mode: 'race' });
// @ts-expect-error a bare function is no tool
agent({ model, tools: { pay: () => 1 } });

const agents = { clerk, office };
const refs = proxyAgents<typeof agents>({ startToCloseTimeout: '1 minute' }, { clerk: { taskQueue: 'other' } });
step({ agent: refs.clerk });
step({ name: 'o', team: refs.office, humanReview: { requiresOutputReview: true } });
// @ts-expect-error a team is no agent
step({ agent: refs.office });
// @ts-expect-error an agent is no team
step({ team: refs.clerk });
// @ts-expect-error nobody has this name
step({ agent: refs.nobody });
// @ts-expect-error one executor
step({ name: 'x', agent: refs.clerk, executor: () => 1 });
// @ts-expect-error its tools say it
step({ name: 'x', agent: refs.clerk, idempotent: true });
// @ts-expect-error its tools say it
step({ name: 'x', team: refs.office, idempotent: true });
// @ts-expect-error options of an agent that is not there
proxyAgents<typeof agents>({}, { nobody: {} });
