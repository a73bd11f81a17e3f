/** Agents of the tests: models that play the script in their task, and tools that note what they do. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { agent, team, tool, type ToolContext } from '../../activities/index.ts';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { ScriptedModel, type ScriptedToolCall, type ScriptedTurn } from '../kit/index.ts';
import type { TestRun } from './server.ts';

/** What tools did, by run: `tool {args}`. */
const effects = new Map<string, string[]>();
/** The context that each tool of a run got last: `run tool`. */
const contexts = new Map<string, ToolContext>();

export function effectsOf(runId: string): string[] {
  return effects.get(runId) ?? [];
}

export const done = (run: TestRun): string[] => effectsOf(run.handle.workflowId);

export function contextOf(run: TestRun, tool: string): ToolContext | undefined {
  return contexts.get(`${run.handle.workflowId} ${tool}`);
}

export const shown = ({ tools = [] }: StepRequirement) =>
  tools.map(({ toolName, kind, args }) => [toolName, kind, args]);

function note(name: string, args: unknown, context: ToolContext): string {
  effects.set(context.runId, [...effectsOf(context.runId), `${name} ${JSON.stringify(args)}`]);
  contexts.set(`${context.runId} ${name}`, context);
  return `${name} done`;
}

/** A turn as JSON: what to say, or the calls to make. */
export type Turn = string | { readonly calls: readonly ScriptedToolCall[] } | { readonly raise: string };

/** The task that makes a {@link puppet} play these turns; a later round – a review's, a retry's – plays the next list. */
export function play(...turns: readonly Turn[]): string {
  return JSON.stringify({ turns });
}

export const call = (toolName: string, args: ScriptedToolCall['args'] = {}, toolCallId?: string): ScriptedToolCall => ({
  toolName,
  args,
  ...(toolCallId === undefined ? {} : { toolCallId }),
});
export const calls = (...list: readonly ScriptedToolCall[]): Turn => ({ calls: list });

/** Each task is told apart by its first answer. */
export const unique = (turn: string): string => `${turn} ${randomUUID()}`;

/** What puppets were asked, oldest first: their agent, the task, what their tools gave. */
export const prompts: { readonly agent: string; readonly user: string; readonly toolResults: readonly unknown[] }[] =
  [];

/** What the tools of a task gave. */
export const heard = (task: string): readonly unknown[] =>
  prompts.filter(({ user }) => user === task).at(-1)!.toolResults;

function puppet(name: string): ScriptedModel {
  return new ScriptedModel(
    Array.from({ length: 60 }, (_, turn) => ({ messages, user, toolResults }): ScriptedTurn => {
      prompts.push({ agent: name, user, toolResults });
      const task = messages[0]!.content as string;
      const { turns } = JSON.parse(task.split('\n')[0]!) as { turns: Turn[] };
      const planned = turns[turn];
      if (planned === undefined) throw new Error(`${name} has no turn ${turn + 1}`);
      if (typeof planned === 'string') return { say: planned, usage: { inputTokens: 10, outputTokens: 2 } };
      if ('raise' in planned) return planned;
      return { toolCalls: planned.calls, usage: { inputTokens: 10, outputTokens: 2 } };
    }),
  );
}

const q = z.object({ q: z.string() });
const payment = z.object({ to: z.string(), euros: z.number().positive(), reference: z.string().default('none') });

const look = tool({
  description: 'Looks something up',
  inputSchema: q,
  execute: (args, context) => note('look', args, context),
});
const pay = tool({
  description: 'Pays',
  inputSchema: payment,
  requiresConfirmation: true,
  execute: (args, context) => note('pay', args, context),
});
const payMuch = tool({
  description: 'Pays; asks from 100 euros on',
  inputSchema: payment,
  requiresConfirmation: ({ euros }) => euros >= 100,
  execute: (args, context) => note('payMuch', args, context),
});
const book = tool({
  description: 'Books a seat',
  inputSchema: z.object({
    flight: z.string(),
    seat: z.string().refine((seat) => seat !== '13A', 'there is no seat 13A'),
    meal: z.string().optional(),
  }),
  requiresUserInput: true,
  userInputFields: ['seat', 'meal'],
  execute: (args, context) => note('book', args, context),
});
const deploy = tool({
  description: 'Deploys',
  inputSchema: z.object({ version: z.string() }),
  externalExecution: true,
});
const broken = tool({
  description: 'Fails',
  inputSchema: q,
  execute: (args, context) => {
    note('broken', args, context);
    throw new Error('the tool broke');
  },
});
let references = 0;
const payAnew = tool({
  description: 'Pays, under a reference that is another each time that its schema is read',
  inputSchema: payment.extend({ reference: z.string().default(() => `r${(references += 1)}`) }),
  requiresConfirmation: true,
  execute: (args, context) => note('payAnew', args, context),
});
const payBroken = tool({
  description: 'Pays, and fails',
  inputSchema: q,
  requiresConfirmation: true,
  execute: (args, context) => {
    note('payBroken', args, context);
    throw new Error('the bank said no');
  },
});
const payAgain = tool({
  description: 'Pays, can be repeated',
  inputSchema: q,
  requiresConfirmation: true,
  idempotent: true,
  execute: (args, context) => {
    note('payAgain', args, context);
    if (effectsOf(context.runId).length < 2) throw new Error('not yet');
    return 'paid at last';
  },
});
const payLong = tool({
  description: 'Pays until it is told to stop',
  inputSchema: q,
  requiresConfirmation: true,
  execute: async (args, context) => {
    note('payLong', args, context);
    await Context.current().cancelled;
  },
});
const returns = tool({
  description: 'Returns as many bytes as it is asked for',
  inputSchema: z.object({ bytes: z.number() }),
  execute: ({ bytes }) => 'x'.repeat(bytes),
});
const shapes = tool({
  description: 'Returns any JSON',
  inputSchema: z.object({ value: z.any() }),
  execute: ({ value }) => value,
});
const whatever = tool({
  description: 'Its gate is broken',
  inputSchema: z.object({ gate: z.string() }),
  requiresConfirmation: (({ gate }: { gate: string }) => {
    if (gate === 'throws') throw new Error('no idea');
    if (gate === 'promise') return Promise.resolve(false);
    if (gate === 'rejects') return Promise.reject(new Error('no idea'));
    return { undefined: undefined, null: null, zero: 0, text: '', false: false }[gate];
  }) as never,
  execute: (args, context) => note('whatever', args, context),
});

const convert = tool({
  description: 'Books, and converts',
  inputSchema: z.object({
    flight: z.string().toUpperCase(),
    seat: z.string(),
    cents: z.number().transform((n) => n * 100),
  }),
  requiresUserInput: true,
  userInputFields: ['seat'],
  execute: (args, context) => note('convert', args, context),
});
const name = tool({
  description: 'Names',
  inputSchema: z.object({ name: z.string().regex(/^(\w+\s?)*$/), euros: z.number().refine((n) => n < 10, 'too much') }),
  requiresUserInput: true,
  userInputFields: ['name'],
  execute: (args, context) => note('name', args, context),
});

const deep = tool({
  description: 'Returns what nests deeply',
  inputSchema: z.object({}),
  execute: () => JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) as unknown,
});

const tools = {
  convert,
  deep,
  name,
  look,
  pay,
  payMuch,
  book,
  deploy,
  broken,
  payAnew,
  payBroken,
  payAgain,
  payLong,
  returns,
  shapes,
  whatever,
};
const quick = { maxTurns: 6 };

const searcher = agent({ model: puppet('searcher'), description: 'Finds things', tools: { look, pay } });
const writer = agent({ model: puppet('writer'), tools: { look } });

export const agents = {
  puppet: agent({ model: puppet('puppet'), instructions: 'Play.', tools, ...quick }),
  payer: agent({ model: puppet('payer'), tools: { pay } }),
  marathon: agent({ model: puppet('marathon'), tools, maxTurns: 60 }),
  typed: agent({
    model: puppet('typed'),
    tools: { look },
    outputSchema: z.object({ city: z.string(), degrees: z.coerce.number() }),
    ...quick,
  }),
  research: team({
    model: puppet('research'),
    members: { searcher, writer },
    tools: { look },
    instructions: 'Lead.',
    ...quick,
  }),
  desk: team({ model: puppet('desk'), members: { searcher, writer }, mode: 'route', ...quick }),
  chorus: team({ model: puppet('chorus'), members: { searcher, writer }, mode: 'broadcast', ...quick }),
  moody: agent({
    // Says another thing once it has feedback.
    model: new ScriptedModel([({ user }) => (user.includes('Feedback') ? `better: ${user}` : `first: ${user}`)]),
  }),
};
