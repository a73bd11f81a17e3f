/** What becomes of a tool call of the model: it runs, it waits for a human, or the model is told what is wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agent, type Tools } from '../../../activities/agent.ts';
import { planCall } from '../../../activities/plan-call.ts';
import { type ToolDefinition, tool } from '../../../activities/tool.ts';
import { toolkitOf } from '../../../activities/toolkit.ts';
import type { Json } from '../../../workflows/define/step-output.ts';
import type { PlannedCall } from '../../../workflows/protocol/agent.ts';
import { ScriptedModel } from '../../kit/index.ts';

const model = new ScriptedModel(['hello']);
const execute = () => 'done';

const payment = z.object({ to: z.string(), euros: z.number().positive(), reference: z.string().default('none') });
const pay = (requiresConfirmation: unknown): ToolDefinition =>
  tool({ description: 'Pays', inputSchema: payment, execute, requiresConfirmation } as Parameters<typeof tool>[0]);
const paid = { to: 'Ann', euros: 5 };
const shown = { ...paid, reference: 'none' };

const toolkit = (tools: Tools) => toolkitOf(agent({ model, tools }));
const plan = (tools: Tools, toolName: string, input: Json, problem?: string): Promise<PlannedCall> =>
  planCall({ type: 'tool-call', toolCallId: 'c1', toolName, input }, problem, toolkit(tools));

const call = { toolCallId: 'c1', toolName: 'pay' };
const run = { ...call, do: 'run', idempotent: false };
const confirmation = { gate: 'confirmation' };

describe('a call that cannot be', () => {
  const tools = { pay: pay(true), look: pay(false) };

  it.each(['refund', 'Pay', 'pay ', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    "names the tools where there is no '%s'",
    async (toolName) => {
      const error = `There is no tool '${toolName}'. The tools are: pay, look.`;
      expect(await plan(tools, toolName, paid)).toEqual({ toolCallId: 'c1', toolName, do: 'tell', error });
    },
  );

  it('does not repeat a name without end', async () => {
    const planned = await plan(tools, 'x'.repeat(10_000), {});
    expect(planned).toMatchObject({ error: `There is no tool '${'x'.repeat(80)}'. The tools are: pay, look.` });
  });

  it('has arguments that are no JSON', async () => {
    const error = "The arguments of 'pay' are not valid JSON. Call it again, corrected.";
    expect(await plan(tools, 'pay', '{"to": "Ann', 'are not valid JSON')).toEqual({ ...call, do: 'tell', error });
  });

  it('has arguments that do not fit: all that is wrong is said', async () => {
    const planned = await plan(tools, 'pay', { to: 7, euros: -1 });
    expect(planned).toMatchObject({
      do: 'tell',
      error: expect.stringMatching(
        /^The arguments of 'pay' do not fit: to: .*; euros: .*\. Call it again, corrected\.$/,
      ),
    });
  });

  it.each([[null], [[paid]], ['{"to":"Ann","euros":5}'], [5]])('has %j for arguments', async (input) => {
    expect(await plan(tools, 'pay', input)).toMatchObject({ do: 'tell', error: expect.stringContaining('do not fit') });
  });

  it('has arguments that its schema cannot even check', async () => {
    const inputSchema = z.object({ to: z.string() }).refine(() => {
      throw new Error('the schema broke');
    });
    const broken = tool({ description: 'Breaks', inputSchema, execute });
    expect(await plan({ broken }, 'broken', { to: 'Ann' })).toMatchObject({
      error: "The arguments of 'broken' do not fit: the schema broke. Call it again, corrected.",
    });
  });

  it('has arguments that nobody could be shown', async () => {
    const inputSchema = z.object({ id: z.string().transform((id) => BigInt(id)) });
    const big = tool({ description: 'Big', inputSchema, execute, requiresConfirmation: true });
    expect(await plan({ big }, 'big', { id: '1' })).toMatchObject({
      error: "The arguments of 'big' cannot be held as JSON. Call it again, corrected.",
    });
  });

  it('may have them where nobody has to be asked: the tool reads what the model wrote', async () => {
    const inputSchema = z.object({ id: z.string().transform((id) => BigInt(id)) });
    const big = tool({ description: 'Big', inputSchema, execute });
    const planned = await plan({ big }, 'big', { id: '1' });
    expect(planned).toMatchObject({ do: 'run' });
    expect(planned).not.toHaveProperty('args');
  });
});

describe('a gate', () => {
  let unhandled: unknown[];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => {
    unhandled = [];
    process.on('unhandledRejection', note);
  });
  afterEach(() => void process.off('unhandledRejection', note));

  it.each([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
    ],
    ['gives a promise of false', async () => false],
    [
      'gives a promise that fails',
      async () => {
        throw new Error('no idea');
      },
    ],
    ['gives undefined', () => undefined],
    ['gives null', () => null],
    ['gives 0', () => 0],
    ["gives ''", () => ''],
    ['gives NaN', () => Number.NaN],
    ['gives a false of another kind', () => Object(false)],
    ['gives true', () => true],
  ])('stays closed where its predicate %s', async (_, predicate) => {
    expect(await plan({ pay: pay(predicate) }, 'pay', paid)).toEqual({ ...run, args: shown, gated: confirmation });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unhandled).toEqual([]);
  });

  it('opens on false alone', async () => {
    expect(await plan({ pay: pay(() => false) }, 'pay', paid)).toEqual({ ...run, args: shown });
    expect(await plan({ pay: pay(false) }, 'pay', paid)).toEqual({ ...run, args: shown });
  });

  it('decides about the arguments as checked', async () => {
    const seen: unknown[] = [];
    await plan({ pay: pay((args: unknown) => seen.push(args)) }, 'pay', { ...paid, note: 'unknown' });
    expect(seen).toEqual([shown]);
  });

  it('shows the arguments as checked: with defaults, as converted, without what is unknown', async () => {
    const inputSchema = z.object({
      on: z.string().transform((on) => new Date(on)),
      days: z.coerce.number().default(1),
    });
    const book = tool({ description: 'Books', inputSchema, execute, requiresConfirmation: true });
    expect(await plan({ book }, 'book', { on: '2030-01-01', extra: true })).toMatchObject({
      args: { on: '2030-01-01T00:00:00.000Z', days: 1 },
    });
  });

  it('leaves out arguments that are as the model wrote them: the run has them', async () => {
    expect(await plan({ pay: pay(true) }, 'pay', shown)).toEqual({ ...run, gated: confirmation });
  });

  it('is told to the run with the tool’s word on repeating it', async () => {
    const again = tool({
      description: 'Again',
      inputSchema: payment,
      execute,
      requiresConfirmation: true,
      idempotent: true,
    });
    expect(await plan({ again }, 'again', paid)).toMatchObject({ idempotent: true, gated: confirmation });
  });

  it('waits for whoever runs it elsewhere', async () => {
    const deploy = tool({ description: 'Deploys', inputSchema: payment, externalExecution: true });
    expect(await plan({ deploy }, 'deploy', paid)).toMatchObject({
      args: shown,
      gated: { gate: 'external_execution' },
    });
    expect(await plan({ deploy }, 'deploy', { to: 7 })).toMatchObject({ do: 'tell' });
  });

  it('is not asked with more than a human can be shown', async () => {
    const tools = { pay: pay(true), free: pay(false) };
    const long = { ...paid, reference: 'x'.repeat(256 * 1024) };
    expect(await plan(tools, 'pay', long)).toMatchObject({
      do: 'tell',
      error: expect.stringMatching(
        /^The arguments of 'pay' have 2621\d\d bytes, too many for the human .* \(262144\)\. Call it again, corrected\.$/,
      ),
    });
    expect(await plan(tools, 'free', long)).toMatchObject({ do: 'run' });
  });
});

describe('fields that a human fills', () => {
  const inputSchema = z.object({
    flight: z.string(),
    seat: z.enum(['1A', '1B']),
    meal: z.string().optional(),
    bags: z.number().default(1),
  });
  const book = tool({
    description: 'Books a seat',
    inputSchema,
    execute,
    requiresUserInput: true,
    userInputFields: ['seat', 'meal'],
  });
  const tools = { book };
  const gated = {
    gate: 'user_input',
    userInputSchema: expect.objectContaining({
      type: 'object',
      properties: { seat: { type: 'string', enum: ['1A', '1B'] }, meal: { type: 'string' } },
      required: ['seat'],
      additionalProperties: false,
    }),
  };

  it.each([
    ['left out', { flight: 'F1' }],
    ['filled', { flight: 'F1', seat: '1A', meal: 'soup' }],
    ['filled wrongly', { flight: 'F1', seat: 7, meal: ['soup'] }],
  ])('are asked for when the model has them %s', async (_, input) => {
    expect(await plan(tools, 'book', input)).toEqual({
      ...{ toolCallId: 'c1', toolName: 'book', do: 'run', idempotent: false },
      // The default is shown; what the model wrote for the fields is a suggestion.
      args: { bags: 1, ...input },
      gated,
    });
  });

  it('show the other arguments as the schema reads them, where it can', async () => {
    const convert = inputSchema.extend({ flight: z.string().toUpperCase() });
    const other = tool({
      description: 'Books a seat',
      inputSchema: convert,
      execute,
      requiresUserInput: true,
      userInputFields: ['seat'],
    });
    expect(await plan({ other }, 'other', { flight: 'f1', seat: '1A' })).toMatchObject({
      args: { flight: 'F1', seat: '1A', bags: 1 },
    });
    expect(await plan({ other }, 'other', { flight: 'f1' })).toMatchObject({ args: { flight: 'f1', bags: 1 } });
  });

  it('have no patterns where a run checks them: an answer could keep it busy for ever', async () => {
    const evil = z.string().regex(/^(\w+\s?)*$/);
    const named = tool({
      description: 'Names',
      inputSchema: z.object({
        pattern: evil,
        deep: z.array(z.object({ name: evil })),
        own: z.string().regex(/^[a-z]+$/i),
      }),
      execute,
      requiresUserInput: true,
      userInputFields: ['pattern', 'deep'],
    });
    const planned = await plan({ named }, 'named', { own: 'ABC' });
    expect(planned).toMatchObject({
      do: 'run',
      gated: { userInputSchema: { properties: { pattern: { type: 'string' }, deep: {} } } },
    });
    expect(JSON.stringify(planned)).not.toContain('"pattern":"');
    expect(await plan({ named }, 'named', { own: 'A1' })).toMatchObject({ do: 'tell' });
  });

  it.each([
    ['is missing', { seat: '1A' }, /flight/],
    ['is wrong', { flight: 7 }, /flight/],
    ['with a default is wrong', { flight: 'F1', bags: 'two' }, /bags/],
  ])('are not asked for while another argument %s', async (_, input, problem) => {
    const planned = await plan(tools, 'book', input);
    expect(planned).toMatchObject({
      do: 'tell',
      error: expect.stringMatching(/^The arguments of 'book' do not fit: /),
    });
    expect((planned as { error: string }).error).toMatch(problem);
  });

  it.each([[null], [['F1']], ['F1']])('are not asked for with %j for arguments', async (input) => {
    expect(await plan(tools, 'book', input)).toMatchObject({ do: 'tell' });
  });

  it('are not asked for beside arguments that are too large', async () => {
    expect(await plan(tools, 'book', { flight: 'F'.repeat(256 * 1024) })).toMatchObject({
      do: 'tell',
      error: expect.stringContaining('too many for the human'),
    });
  });

  it('can refer to what their schema shares', async () => {
    const place = z.object({ city: z.string() }).meta({ id: 'Place' });
    const move = tool({
      description: 'Moves',
      inputSchema: z.strictObject({ from: place, to: place }),
      execute,
      requiresUserInput: true,
      userInputFields: ['to'],
    });
    expect(await plan({ move }, 'move', { from: { city: 'Rome' }, to: 'wherever' })).toMatchObject({
      do: 'run',
      gated: { gate: 'user_input' },
    });
    expect(await plan({ move }, 'move', { from: { city: 7 } })).toMatchObject({ do: 'tell' });
  });
});

describe('arguments that a human would not see as they run', () => {
  it.each([
    ['a Set', z.array(z.string()).transform((list) => new Set(list)), ['eve']],
    ['a Map', z.array(z.string()).transform((list) => new Map([[list[0], 1]])), ['eve']],
    ['no number', z.array(z.string()).transform(() => Number.NaN), []],
  ])('are the model’s to hear: %s', async (_, to, value) => {
    const hidden = (requiresConfirmation: boolean) =>
      tool({ description: 'Pays', inputSchema: z.object({ to }), execute, requiresConfirmation });
    expect(await plan({ pay: hidden(true) }, 'pay', { to: value })).toMatchObject({
      do: 'tell',
      error: expect.stringContaining('cannot be held as JSON'),
    });
    expect(await plan({ pay: hidden(false) }, 'pay', { to: value })).toMatchObject({ do: 'run' });
  });

  it('may have what JSON shows otherwise, where it says so itself', async () => {
    const dated = tool({
      description: 'Dates',
      inputSchema: z.object({ on: z.string().transform((text) => new Date(text)) }),
      execute,
      requiresConfirmation: true,
    });
    expect(await plan({ dated }, 'dated', { on: '2026-01-01' })).toMatchObject({
      args: { on: '2026-01-01T00:00:00.000Z' },
    });
  });
});

it('tells only the first of thousands of mistakes', async () => {
  const rows = tool({ description: 'Rows', inputSchema: z.object({ rows: z.array(z.number()) }), execute });
  const planned = await plan({ rows }, 'rows', { rows: Array.from({ length: 5000 }, () => 'x') });
  expect(planned).toMatchObject({ do: 'tell', error: expect.stringContaining('; and 4980 more') });
  expect((planned as { error: string }).error.length).toBeLessThan(4000);
});
