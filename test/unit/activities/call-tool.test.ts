/** One tool call on the worker: the last gate (H2, H5), what the tool gets, and what becomes of what it returns. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toolActivity } from '../../../activities/call-tool.ts';
import { type ToolContext, type ToolDefinition, tool } from '../../../activities/tool.ts';
import type { ToolOutcome, ToolRequest } from '../../../workflows/protocol/agent.ts';
import { hostileJson } from '../../support/hostile-text.ts';

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

const yes = { requirement: 'clean#executor', gates: ['confirmation'], by: 'bob' } as const;
const gated = { gated: { gate: 'confirmation' } };

describe('a gated tool', () => {
  it.each([
    ['no approval', undefined],
    ['an approval of a user input', { ...yes, gates: ['user_input'] }],
    ['an approval of an external execution', { ...yes, gates: ['external_execution'] }],
    ['an approval of nothing known', { ...yes, gates: ['yes'] }],
    ['an approval that names no requirement', { ...yes, requirement: '' }],
    ['an approval without a requirement', { gates: ['confirmation'] }],
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

  it('asks again, with what would run, where its predicate changes the arguments in place', async () => {
    const { pay, effects } = recorded({
      inputSchema: z.object({ items: z.any() }),
      requiresConfirmation: ({ items }: { items: string[] }) => items.push('x') > 0,
    });
    const shown = { items: ['a'] };
    const outcome = await run(pay, { approval: yes, args: shown });
    expect(outcome).toEqual({ gated: { gate: 'confirmation' }, args: { items: ['a', 'x'] } });
    expect(effects).toEqual([]);
    expect(await run(pay, { approval: yes, args: { items: ['a', 'x'] }, rawArgs: shown })).toEqual({ result: 'paid' });
    expect(effects[0]![0]).toEqual({ items: ['a', 'x'] });
  });

  it.each([
    ['has another default now', { reference: z.string().default('2030') }, { reference: '2030' }],
    ['has another field now', { fee: z.number().default(1) }, { fee: 1 }],
    ['reads a value otherwise now', { euros: z.number().transform((euros) => euros * 100) }, { euros: 500 }],
  ])('asks again, with what would run, where its schema %s', async (_, changed, now) => {
    const { pay, effects } = recorded({
      requiresConfirmation: true,
      inputSchema: z.object({ ...payment.shape, ...changed }),
    });
    expect(await run(pay, { approval: yes, rawArgs: { to: 'Ann', euros: 5 } })).toEqual({
      gated: { gate: 'confirmation' },
      args: { ...args, ...now },
    });
    expect(effects).toEqual([]);
  });

  it.each([
    ['a BigInt', (euros: number) => BigInt(euros)],
    ['a Set', (euros: number) => new Set([euros])],
    ['no number', () => Number.NaN],
  ])('refuses to run where its schema makes %s of what was shown', async (_, convert) => {
    const euros = z.number().transform((given): unknown => convert(given));
    const { pay, effects } = recorded({
      requiresConfirmation: true,
      inputSchema: z.object({ ...payment.shape, euros }),
    });
    expect(await run(pay, { approval: yes, rawArgs: { to: 'Ann', euros: 5 } })).toEqual({
      invalid: "The arguments of 'pay' cannot be shown to a human as they would run",
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

  describe('whose fields a human fills', () => {
    const asks = { requiresUserInput: true, userInputFields: ['to'] };
    const filled = { ...yes, gates: ['user_input'], fields: ['to'] } as const;

    it('runs with the values, as they were shown together with the rest', async () => {
      const { pay, effects } = recorded(asks);
      const merged = { ...args, to: 'Bob' };
      expect(await run(pay, { approval: filled, args: merged, rawArgs: { to: 'Bob', euros: 5 } })).toEqual({
        result: 'paid',
      });
      expect(effects[0]![0]).toEqual(merged);
    });

    it.each([
      ['nothing', undefined],
      ['a yes instead of values', yes],
      ['values for another field', { ...filled, fields: ['reference'] }],
      ['no list of fields', { requirement: 'r', gates: ['user_input'] }],
    ] as [string, ToolRequest['approval']][])('asks for them where there is %s', async (_, approval) => {
      const { pay, effects } = recorded(asks);
      const given = approval === undefined ? {} : { approval };
      expect(await run(pay, given)).toMatchObject({ gated: { gate: 'user_input', userInputSchema: {} } });
      expect(effects).toEqual([]);
    });

    it('asks for a yes to what its schema makes of them, and runs with that', async () => {
      const inputSchema = z.object({
        to: z.string().toUpperCase(),
        euros: z.number().transform((euros) => euros * 100),
      });
      const { pay, effects } = recorded({ ...asks, inputSchema });
      const rawArgs = { to: 'bob', euros: 5 };
      const shown = { to: 'BOB', euros: 500 };
      expect(await run(pay, { approval: filled, args: rawArgs })).toEqual({
        gated: { gate: 'confirmation' },
        args: shown,
      });
      expect(effects).toEqual([]);
      const approval = { ...filled, gates: ['user_input', 'confirmation'] } as const;
      expect(await run(pay, { approval, args: shown, rawArgs })).toEqual({ result: 'paid' });
      expect(effects[0]![0]).toEqual(shown);
    });

    it('tells whose mistake it is: the human is asked again, or the model is told', async () => {
      const inputSchema = z.object({
        to: z.string().refine((to) => to !== 'Eve', 'not Eve'),
        euros: z.number().refine((euros) => euros < 10, 'too much'),
      });
      const { pay } = recorded({ ...asks, inputSchema });
      const wrong = (given: object) => run(pay, { approval: filled, args: given as never });
      expect(await wrong({ to: 'Eve', euros: 5 })).toEqual({
        invalid: "The arguments of 'pay' do not fit: to: not Eve",
        fields: true,
      });
      for (const to of ['Bob', 'Eve']) expect(await wrong({ to, euros: 50 })).not.toHaveProperty('fields');
    });
  });

  it('is not run here where it runs elsewhere', async () => {
    const { pay, effects } = recorded({ externalExecution: true, execute: undefined });
    expect(await run(pay, { approval: yes })).toEqual({ gated: { gate: 'external_execution' } });
    const approval = { ...yes, gates: ['external_execution'] } as const;
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
    ['a cycle', cycle, /nests more than 100 levels/],
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

describe('called by somebody who is no run of ours', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'pay'],
    ['no arguments', {}],
    ['an approval without gates', request({ approval: { requirement: 'clean#executor' } as never })],
    ['an approval that is a text', request({ approval: 'yes' as never })],
    ['gates that are a text', request({ approval: { ...yes, gates: 'confirmation' } as never })],
    ['fields that are no list', request({ approval: { ...yes, fields: { euros: 1 } } as never })],
  ])('with %s, a tool refuses once and for all', async (_, given) => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    const called = activity().run(toolActivity('pay', pay, { result: LIMIT }), given as ToolRequest);
    await expect(called).rejects.toMatchObject({ type: 'holdpoint.InvalidInput', nonRetryable: true });
    await expect(called).rejects.toThrow(/'pay' is called by the loop of an agent/);
    expect(effects).toEqual([]);
  });

  it('with whatever, a gated tool does not run without the gate in its approval', async () => {
    const { pay, effects } = recorded({ requiresConfirmation: true });
    const approval = fc.oneof(
      hostileJson,
      fc.record({ requirement: hostileJson, gates: fc.oneof(fc.array(hostileJson), hostileJson), fields: hostileJson }),
    );
    const requests = fc.oneof(fc.record({ args: fc.constant(args), approval }), hostileJson);
    const called = fc.asyncProperty(requests, async (given) => {
      const run = activity().run(toolActivity('pay', pay, { result: LIMIT }), given as unknown as ToolRequest);
      const outcome: unknown = await run.catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ nonRetryable: true });
      else expect(outcome).not.toHaveProperty('result');
    });
    await fc.assert(called, { numRuns: 300 });
    expect(effects).toEqual([]);
  });
});
