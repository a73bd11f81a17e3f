/** One tool call on the worker: the last gate (H2, H5), what the tool gets, and what becomes of what it returns. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toolActivity } from '../../../activities/call-tool.ts';
import { type ToolContext, type ToolDefinition, tool } from '../../../activities/tool.ts';
import type { ToolOutcome, ToolRequest } from '../../../workflows/protocol/agent.ts';

const LIMIT = 1_000;
const payment = z.object({ to: z.string(), euros: z.coerce.number(), reference: z.string().default('none') });
const args = { to: 'Ann', euros: 5, reference: 'none' };

/** A tool that notes what it did. */
function recorded(options: object = {}): { readonly pay: ToolDefinition; readonly effects: [unknown, ToolContext][] } {
  const effects: [unknown, ToolContext][] = [];
  const execute = (given: unknown, context: ToolContext) => {
    effects.push([given, context]);
    return 'paid';
  };
  const own = { description: 'Pays', inputSchema: payment, execute, ...options };
  return { pay: tool(own as unknown as Parameters<typeof tool>[0]), effects };
}

const request = (more: Partial<ToolRequest> = {}): ToolRequest => ({
  ...{ runId: 'run-1', sessionId: 'session-1', userId: 'user-1', stepName: 'clean', path: 'all/clean' },
  ...{ sessionState: { seen: 1 }, toolCallId: 'call_1', idempotencyKey: 'run-1/all/clean/call_1', args },
  ...more,
});

const activity = () => new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });
const run = (definition: ToolDefinition, more?: Partial<ToolRequest>): Promise<ToolOutcome> =>
  activity().run(toolActivity('pay', definition, { result: LIMIT }), request(more));

const yes = { requirement: 'clean#executor', gate: 'confirmation', by: 'bob' } as const;
const gated = { gated: { gate: 'confirmation' } };

describe('a gated tool', () => {
  it.each([
    ['no approval', undefined],
    ['an approval of a user input', { ...yes, gate: 'user_input' }],
    ['an approval of an external execution', { ...yes, gate: 'external_execution' }],
    ['an approval of nothing known', { ...yes, gate: 'yes' }],
    ['an approval that names no requirement', { ...yes, requirement: '' }],
    ['an approval without a requirement', { gate: 'confirmation' }],
    ['an approval that is null', null],
  ] as [string, ToolRequest['approval']][])('refuses a call with %s', async (_, approval) => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    expect(await run(pay, approval === undefined ? {} : { approval })).toEqual(gated);
    expect(effects).toEqual([]);
  });

  it('runs with the arguments that were approved', async () => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    expect(await run(pay, { approval: yes })).toEqual({ result: 'paid' });
    expect(effects).toEqual([[args, expect.objectContaining({ by: 'bob' })]]);
  });

  it('runs with what the model wrote where that is read as it was shown, whatever the order of keys', async () => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    const rawArgs = { euros: '5', to: 'Ann' };
    expect(await run(pay, { approval: yes, rawArgs })).toEqual({ result: 'paid' });
    expect(effects[0]![0]).toEqual(args);
  });

  it.each([
    ['has another default now', { ...payment.shape, reference: z.string().default('2030') }],
    ['has another field now', { ...payment.shape, fee: z.number().default(1) }],
    ['reads a value otherwise now', { ...payment.shape, euros: z.coerce.number().transform((euros) => euros * 100) }],
    ['gives what is no JSON now', { ...payment.shape, euros: z.coerce.number().transform((euros) => BigInt(euros)) }],
  ])('refuses an approval where its schema %s', async (_, shape) => {
    const { pay, effects } = recorded({ requiresConfirmation: true, inputSchema: z.object(shape) });
    expect(await run(pay, { approval: yes, rawArgs: { to: 'Ann', euros: 5 } })).toEqual({
      invalid: "'pay' no longer reads its arguments as they were approved (its schema has changed): call it again",
    });
    expect(effects).toEqual([]);
  });

  it('refuses what its schema no longer takes', async () => {
    const { pay, effects } = recorded({
      requiresConfirmation: true,
      inputSchema: payment.extend({ iban: z.string() }),
    });
    expect(await run(pay, { approval: yes })).toMatchObject({
      invalid: expect.stringMatching(/^The arguments of 'pay' do not fit: iban: /),
    });
    expect(effects).toEqual([]);
  });

  it('asks its predicate of today', async () => {
    const { pay, effects } = recorded({ requiresConfirmation: ({ euros }: { euros: number }) => euros > 3 });
    expect(await run(pay)).toEqual(gated);
    expect(await run(pay, { args: { ...args, euros: 2 } })).toEqual({ result: 'paid' });
    expect(effects).toHaveLength(1);
  });

  it('stays closed where its predicate throws', async () => {
    const { pay, effects } = recorded({
      requiresConfirmation: () => {
        throw new Error('no idea');
      },
    });
    expect(await run(pay)).toEqual(gated);
    expect(effects).toEqual([]);
  });

  it('takes the fields of a human, checked as a whole', async () => {
    const { pay, effects } = recorded({ requiresUserInput: true, userInputFields: ['to'] });
    const approval = { ...yes, gate: 'user_input' } as const;
    expect(await run(pay, { approval: yes })).toMatchObject({ gated: { gate: 'user_input', userInputSchema: {} } });
    expect(await run(pay, { approval, args: { euros: 5 } })).toMatchObject({
      invalid: expect.stringContaining('to: '),
    });
    expect(effects).toEqual([]);
    expect(await run(pay, { approval, args: { to: 'Bob', euros: 5 } })).toEqual({ result: 'paid' });
    expect(effects[0]![0]).toEqual({ ...args, to: 'Bob' });
  });

  it('is not run here where it runs elsewhere', async () => {
    const { pay, effects } = recorded({ externalExecution: true, execute: undefined });
    expect(await run(pay, { approval: yes })).toEqual({ gated: { gate: 'external_execution' } });
    const approval = { ...yes, gate: 'external_execution' } as const;
    await expect(run(pay, { approval })).rejects.toThrow('this tool runs elsewhere');
    expect(effects).toEqual([]);
  });
});

describe('a tool without a gate', () => {
  it('runs without an approval, and with one', async () => {
    const { pay, effects } = recorded();
    expect(await run(pay)).toEqual({ result: 'paid' });
    expect(await run(pay, { approval: yes })).toEqual({ result: 'paid' });
    expect(effects.map(([, { by }]) => by)).toEqual([undefined, 'bob']);
  });

  it('refuses arguments that do not fit', async () => {
    const { pay, effects } = recorded();
    expect(await run(pay, { args: null })).toMatchObject({ invalid: expect.stringContaining('do not fit') });
    expect(effects).toEqual([]);
  });

  it('fails with its error', async () => {
    const failing = tool({
      description: 'Fails',
      inputSchema: payment,
      execute: () => {
        throw new RangeError('the bank said no');
      },
    });
    await expect(run(failing)).rejects.toThrow(new RangeError('the bank said no'));
  });
});

describe('what a tool gets', () => {
  it('is where it runs, who let it, and a key for its effects', async () => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    await run(pay, { approval: yes });
    const [, { abortSignal, ...context }] = effects[0]!;
    expect(context).toEqual({
      ...{ runId: 'run-1', sessionId: 'session-1', userId: 'user-1', stepName: 'clean', path: 'all/clean' },
      ...{ sessionState: { seen: 1 }, toolCallId: 'call_1', idempotencyKey: 'run-1/all/clean/call_1', by: 'bob' },
    });
    expect(abortSignal.aborted).toBe(false);
  });

  it('says nobody where nobody was asked', async () => {
    const { pay, effects } = recorded();
    await run(pay);
    expect(effects[0]![1]).not.toHaveProperty('by');
  });

  it('aborts when the activity is cancelled', async () => {
    const env = activity();
    const waiting = tool({
      description: 'Waits',
      inputSchema: payment,
      execute: (_, { abortSignal }) => {
        env.cancel('CANCELLED');
        return abortSignal.aborted;
      },
    });
    expect(await env.run(toolActivity('wait', waiting, { result: LIMIT }), request())).toEqual({ result: true });
  });
});

describe('what a tool returns', () => {
  const returns = (value: unknown) => run(tool({ description: 'Returns', inputSchema: payment, execute: () => value }));

  it.each([
    ['text', 'text'],
    ['a number', 0],
    ['false', false],
    ['null', null],
    ['a list', [1, [2], { a: 3 }]],
    ['an object', { a: { b: 1 } }],
  ])('is %s', async (_, value) => {
    expect(await returns(value)).toEqual({ result: value });
    expect(await returns(Promise.resolve(value))).toEqual({ result: value });
  });

  it.each([
    ['nothing', undefined, null],
    ['a function', () => 1, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no number', Number.NaN, null],
    ['undefined within', { a: undefined, b: [undefined] }, { b: [null] }],
  ])('is JSON of %s', async (_, value, result) => {
    expect(await returns(value)).toEqual({ result });
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ['a big integer', { id: 1n }, /BigInt/],
    ['a cycle', cycle, /circular/],
    [
      'what throws while it is read',
      {
        toJSON() {
          throw new Error('no JSON');
        },
      },
      /no JSON/,
    ],
  ])('is told as a problem where it is %s: it has run', async (_, value, reason) => {
    const outcome = (await returns(value)) as { error: string };
    expect(outcome.error).toMatch(/^'pay' has run, but its result cannot be held as JSON: /);
    expect(outcome.error).toMatch(reason);
  });

  it('has at most as many bytes as fit, counted in UTF-8 and with its quotes', async () => {
    expect(await returns('x'.repeat(LIMIT - 2))).toEqual({ result: 'x'.repeat(LIMIT - 2) });
    const problem = (bytes: number) =>
      `'pay' has run, but its result has ${bytes} bytes, more than the ${LIMIT} that fit: ask it for less`;
    expect(await returns('x'.repeat(LIMIT - 1))).toEqual({ error: problem(LIMIT + 1) });
    expect(await returns('ä'.repeat(LIMIT / 2))).toEqual({ error: problem(LIMIT + 2) });
  });
});
