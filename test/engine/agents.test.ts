/** Agents and teams in runs: turns, tools, gates at every depth, and what a human's word does to a tool call (§8). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { agents, call, calls, contexts, effectsOf, play, prompts } from '../support/agents.ts';
import { eventsOf, type HistoryEvent, ofType, summaryOf } from '../support/history.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

const done = (run: TestRun) => effectsOf(run.handle.workflowId);
const heard = (task: string) => prompts.filter(({ user }) => user === task).at(-1)!.toolResults;
/** Each task is told apart by its first answer. */
const unique = (turn: string) => `${turn} ${randomUUID()}`;
const shown = ({ tools = [] }: StepRequirement) => tools.map(({ toolName, kind, args }) => [toolName, kind, args]);

describe('an agent', () => {
  test('answers with text, and what follows hears it', async () => {
    const run = await server.start('agentAlone', play('hello'));
    expect(await run.result()).toMatchObject({
      status: 'completed',
      content: { heard: 'hello' },
      stepResults: [
        { name: 'g', type: 'Step', content: 'hello', success: true, usage: { inputTokens: 10, outputTokens: 2 } },
        { name: 'after' },
      ],
      usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 },
    });
  });

  test('calls its tools, side by side in one turn, and hears their results in the order of its calls', async () => {
    const task = play(
      calls(call('look', { q: 'a' }), call('look', { q: 'b' })),
      calls(call('look', { q: 'c' })),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    expect(await run.result()).toMatchObject({ status: 'completed', usage: { totalTokens: 36 } });
    expect(done(run).toSorted()).toEqual(['look {"q":"a"}', 'look {"q":"b"}', 'look {"q":"c"}']);
    expect(heard(task)).toEqual(['look done', 'look done', 'look done']);
  });

  test('has activities that say what they are', async () => {
    const run = await server.start('agentAlone', play(calls(call('look', { q: 'a' })), 'x'));
    await run.result();
    const scheduled = ofType(await eventsOf(run.handle), 'ActivityTaskScheduled');
    const named = scheduled.map((event) => [
      event.activityTaskScheduledEventAttributes!.activityType!.name,
      summaryOf(event),
      event.activityTaskScheduledEventAttributes!.retryPolicy!.maximumAttempts,
    ]);
    expect(named).toEqual([
      ['puppet.generate', 'g · turn 1', 4],
      ['puppet.look', 'g · turn 1', 4],
      ['puppet.generate', 'g · turn 2', 4],
    ]);
  });

  test('gives tools their context, with a key that no other call has', async () => {
    const run = await server.start('agentAlone', play(calls(call('look', { q: 'a' }, 'c9')), 'x'), {
      sessionId: 'mine',
      userId: 'ann',
      sessionState: { theme: 'dark' },
    });
    await run.result();
    expect(contexts.get('look')).toMatchObject({
      runId: run.handle.workflowId,
      ...{
        sessionId: 'mine',
        userId: 'ann',
        stepName: 'g',
        path: 'g',
        toolCallId: 'c9',
        sessionState: { theme: 'dark' },
      },
      idempotencyKey: expect.stringMatching(new RegExp(`^${run.handle.workflowId}/.+/g~1/c9$`)),
      abortSignal: expect.any(AbortSignal),
    });
    expect(contexts.get('look')).not.toHaveProperty('by');
  });

  test('gives an object where it has an output schema; what does not fit goes back to the model', async () => {
    const good = { city: 'Rome', degrees: '21' };
    const task = play('no json', JSON.stringify({ city: 'Rome' }), JSON.stringify(good));
    const run = await server.start('agentTyped', task);
    expect(await run.result()).toMatchObject({ content: { city: 'Rome', degrees: 21 } });
    const told = prompts.filter(({ agent }) => agent === 'typed').map(({ user }) => user);
    expect(told.slice(-2)).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringMatching(/does not fit: degrees: .*Answer again/),
    ]);
  });

  test('is told of bad calls, and the run goes on', async () => {
    const task = play(
      calls(call('nothing'), call('look', '{not json'), call('look', { q: 7 }), call('look', { q: 'fine' })),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    expect(heard(task)).toEqual([
      expect.stringMatching(/^There is no tool 'nothing'\. The tools are: .*look, pay, /),
      expect.stringContaining('not valid JSON'),
      expect.stringMatching(/^The arguments of 'look' do not fit: q: /),
      'look done',
    ]);
    expect(done(run)).toEqual(['look {"q":"fine"}']);
  });

  test('ends after maxTurns, before the tools of the last turn run', async () => {
    const turns = Array.from({ length: 6 }, () => calls(call('look', { q: 'a' })));
    const run = await server.start('agentAlone', play(...turns, 'never said'));
    await expect(run.result()).rejects.toMatchObject({
      cause: {
        type: 'holdpoint.StepFailed',
        message: expect.stringContaining("'puppet' did not answer within 6 turns"),
      },
    });
    expect(done(run)).toHaveLength(5);
  });

  test('hears a tool that throws, after its retries', async () => {
    const task = play(calls(call('broken', { q: 'a' })), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    expect(heard(task)).toEqual(['the tool broke']);
    expect(done(run)).toHaveLength(4);
  });

  test('fails the step where its model fails, with the message of the model', async () => {
    const run = await server.start('agentOnce', play({ raise: 'the model is ill' }));
    await expect(run.result()).rejects.toMatchObject({
      cause: { type: 'holdpoint.StepFailed', message: expect.stringContaining('the model is ill') },
    });
  });

  test('starts anew where its error was paused and is retried', async () => {
    const run = await server.start('agentErrorPause', play(calls(call('look', { q: 'a' })), { raise: 'ill' }));
    const error = await run.pausedAt('error');
    expect(error).toMatchObject({ message: 'ill', stepName: 'g' });
    await run.answer('retryStep', error);
    const again = await run.pausedAt('error');
    await run.answer('skipStep', again);
    expect(await run.result()).toMatchObject({ status: 'completed', stepResults: [{ name: 'after' }] });
    expect(done(run)).toHaveLength(2);
  });

  test.each([
    ['a text', 'text'],
    ['null', null],
    ['a number', 7],
    ['nested', { a: [1, { b: null }], c: 'é\u2028"' }],
    ['keys that mean something in JavaScript', { constructor: { x: 2 }, toString: 1, '': [] }],
  ])('takes a tool result of any JSON shape: %s', async (_, value) => {
    const task = play(calls(call('shapes', { value })), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    expect(heard(task)).toEqual([value]);
  });

  test('starts its tools in several workflow tasks where they are too large for one', async () => {
    const large = () => call('shapes', { value: 'x'.repeat(100_000) });
    const run = await server.start('agentAlone', play(calls(large(), large(), large(), large()), 'x'), {
      sessionState: { large: 'y'.repeat(700_000) },
    });
    expect((await run.result()).status).toBe('completed');
    // The history is too large for one page.
    const request = { namespace: 'default', execution: { workflowId: run.handle.workflowId }, maximumPageSize: 1 };
    const tasks: unknown[] = [];
    for (let nextPageToken: Uint8Array | undefined = new Uint8Array(); nextPageToken; ) {
      const page: { history?: { events?: HistoryEvent[] | null } | null; nextPageToken?: Uint8Array | null } =
        await server.client.workflowService.getWorkflowExecutionHistory({ ...request, nextPageToken });
      for (const { activityTaskScheduledEventAttributes: scheduled } of page.history?.events ?? []) {
        if (scheduled?.activityType?.name === 'puppet.shapes')
          tasks.push(Number(scheduled.workflowTaskCompletedEventId));
      }
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    }
    expect(tasks).toHaveLength(4);
    expect(new Set(tasks).size).toBeGreaterThan(1);
  });

  test('is told where a result is over 256 KB, and the run is not stuck', async () => {
    const task = play(calls(call('returns', { bytes: 262_142 }), call('returns', { bytes: 262_143 })), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    const [fits, refused] = heard(task) as string[];
    expect(fits).toHaveLength(262_142);
    expect(refused).toMatch(/has run, but its result has 262145 bytes, more than the 262144 that fit/);
  });

  test.each([
    ['arguments', 'shapes', 'nest more than 100 levels'],
    ['a result', 'deep', 'nests more than 100 levels'],
  ])('is told of %s that nest too deeply, and the run goes on', async (_, toolName, told) => {
    const nested = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    const task = play(calls(call(toolName, toolName === 'deep' ? {} : `{"value":${nested}}`)), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    expect(heard(task)).toEqual([expect.stringContaining(told)]);
  });

  test('fails with a clear error where the conversation outgrows a message', async () => {
    const many = calls(...Array.from({ length: 4 }, () => call('returns', { bytes: 240_000 })));
    const run = await server.start('agentAlone', play(many, many, 'x'));
    await expect(run.result()).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/The conversation of 'g' has \d+ bytes at 'puppet.generate'/) },
    });
  });
});

describe('the message of an agent', () => {
  const contentOf = async (run: TestRun) =>
    Object.fromEntries((await run.result()).stepResults.map(({ name, content }) => [name, content]));

  test('is the previous content, else the input; of a Parallel, sections', async () => {
    expect(await contentOf(await server.start('agentMessages', 'IN'))).toMatchObject({
      fromInput: 'first: IN',
      fromObject: 'first: {"a":1}',
      fromParallel: 'first: === left ===\nL\n\n=== right ===\n{"r":2}',
      fromEmpty: 'first: IN',
    });
  });

  test('has the reviewer’s feedback and the output that was sent back', async () => {
    const run = await server.start('agentReviewed', 'IN');
    await run.answer('reject', await run.pausedAt('output_review'), { feedback: 'shorter' });
    const [second] = await run.paused();
    expect(second).toMatchObject({
      id: 'm#outputReview~2',
      output: 'better: IN\n\nYour previous output:\nfirst: IN\n\nFeedback from reviewer:\nshorter',
    });
  });
});

describe('a gated tool call', () => {
  test('waits with the arguments as they will run, and runs once confirmed', async () => {
    const task = play(calls(call('pay', { to: 'ann', euros: 5 }, 'c1')), unique('x'));
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked).toMatchObject({
      ...{
        executorName: 'puppet',
        id: 'g#executor',
        kind: 'executor',
        pauseKind: 'executor',
        stepName: 'g',
        stepType: 'Step',
        topLevelStep: 'g',
      },
      tools: [
        { toolCallId: 'c1', toolName: 'pay', kind: 'confirmation', args: { to: 'ann', euros: 5, reference: 'none' } },
      ],
    });
    expect(done(run)).toEqual([]);
    await run.answer('approve', asked!, { by: 'bea' });
    const output = await run.result();
    expect(done(run)).toEqual(['pay {"to":"ann","euros":5,"reference":"none"}']);
    expect(contexts.get('pay')).toMatchObject({ by: 'bea', toolCallId: 'c1' });
    expect(heard(task)).toEqual(['pay done']);
    expect(output.stepRequirements).toMatchObject([
      { resolution: 'confirmed', resolvedBy: 'bea', tools: [{ resolution: 'confirmed', resolvedBy: 'bea' }] },
    ]);
  });

  test.each([
    ['a note', { feedback: 'too much' }, 'too much'],
    ['nothing', {}, 'Function call was rejected by the user'],
  ])('does not run once rejected with %s: the model is told, and goes on', async (_, more, told) => {
    const task = play(calls(call('pay', { to: 'ann', euros: 5 })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('reject', (await run.paused())[0]!, more);
    expect(await run.result()).toMatchObject({ status: 'completed', stepRequirements: [{ resolution: 'rejected' }] });
    expect(done(run)).toEqual([]);
    expect(heard(task)).toEqual([told]);
  });

  test('is gated by a predicate on its arguments', async () => {
    const run = await server.start(
      'agentAlone',
      play(calls(call('payMuch', { to: 'a', euros: 99 }), call('payMuch', { to: 'b', euros: 100 })), 'x'),
    );
    const [asked] = await run.paused();
    expect(shown(asked!)).toEqual([['payMuch', 'confirmation', { to: 'b', euros: 100, reference: 'none' }]]);
    await run.answer('approve', asked!);
    await run.result();
    expect(done(run).map((each) => JSON.parse(each.slice(8)).euros)).toEqual([99, 100]);
  });

  test.each(['throws', 'promise', 'rejects', 'undefined', 'null', 'zero', 'text'])(
    'is gated where the predicate is broken: %s',
    async (gate) => {
      const run = await server.start('agentAlone', play(calls(call('whatever', { gate })), 'x'));
      const [asked] = await run.paused();
      expect(shown(asked!)).toEqual([['whatever', 'confirmation', { gate }]]);
      expect(done(run)).toEqual([]);
    },
  );

  test('is open only on a literal false', async () => {
    const run = await server.start('agentAlone', play(calls(call('whatever', { gate: 'false' })), 'x'));
    expect(await run.result()).toMatchObject({ status: 'completed', stepRequirements: [] });
    expect(done(run)).toHaveLength(1);
  });

  test('waits beside ungated ones of its turn, which run at once', async () => {
    const task = play(
      calls(
        call('pay', { to: 'a', euros: 1 }, 'p1'),
        call('look', { q: 'x' }, 'l1'),
        call('pay', { to: 'b', euros: 2 }, 'p2'),
      ),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked!.tools!.map(({ toolCallId }) => toolCallId)).toEqual(['p1', 'p2']);
    expect(done(run)).toEqual(['look {"q":"x"}']);
    await run.signal('continueRun', {
      decisionId: randomUUID(),
      decisions: [
        {
          requirement: asked!.id,
          digest: asked!.digest,
          tools: { p2: { action: 'confirm' }, p1: { action: 'confirm' } },
        },
      ],
    });
    await run.result();
    // In the order of the model, not of the answer.
    expect(done(run).map((each) => each.slice(0, 20))).toEqual([
      'look {"q":"x"}',
      'pay {"to":"a","euros',
      'pay {"to":"b","euros',
    ]);
    expect(heard(task)).toEqual(['pay done', 'look done', 'pay done']);
  });

  test('can be answered one by one; none runs before all are answered, and the rest is shown', async () => {
    const task = play(
      calls(call('pay', { to: 'a', euros: 1 }, 'p1'), call('pay', { to: 'b', euros: 2 }, 'p2')),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    await run.answer('approve', asked!, { toolCall: 'p2', by: 'ann' });
    const half = await run.until(({ stepRequirements: [each] }) => each!.tools![1]!.resolution !== undefined);
    expect(half).toMatchObject({
      status: 'paused',
      stepRequirements: [{ tools: [{}, { resolution: 'confirmed', resolvedBy: 'ann' }] }],
    });
    expect(half.stepRequirements[0]!.resolution).toBeUndefined();
    const { memo } = await run.handle.describe();
    expect(memo!.holdpoint).toMatchObject({
      status: 'paused',
      open: [{ tools: [{ toolCallId: 'p1' }, { resolution: 'confirmed' }] }],
    });
    await sleep(300);
    expect(done(run)).toEqual([]);
    await run.answer('reject', asked!, { toolCall: 'p1', feedback: 'no', by: 'bea' });
    const output = await run.result();
    expect(done(run)).toHaveLength(1);
    expect(heard(task)).toEqual(['no', 'pay done']);
    expect(output.stepRequirements).toMatchObject([
      { resolution: 'confirmed', tools: [{ resolution: 'rejected', note: 'no' }, {}] },
    ]);
  });

  test('of sequential turns gives successive pauses, one history', async () => {
    const pay = (n: number) => calls(call('pay', { to: `${n}`, euros: n }));
    const run = await server.start('agentAlone', play(pay(1), pay(2), pay(3), 'x'));
    for (const id of ['g#executor', 'g#executor~2', 'g#executor~3']) {
      const requirement = (await run.until((each) => openOf(each)[0]?.id === id)).stepRequirements.at(-1)!;
      await run.answer('approve', requirement);
    }
    expect((await run.result()).stepRequirements).toHaveLength(3);
    expect(done(run)).toHaveLength(3);
  });

  test('that throws is told to the model, and never repeated', async () => {
    const task = play(calls(call('payBroken', { q: 'x' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('approve', (await run.paused())[0]!);
    expect((await run.result()).status).toBe('completed');
    expect(done(run)).toHaveLength(1);
    expect(heard(task)).toEqual(['the bank said no']);
  });

  test('whose schema gives other arguments each time is not asked about for ever, and never runs', async () => {
    const run = await server.start('agentAlone', play(calls(call('payAnew', { to: 'a', euros: 1 })), 'x'));
    for (const id of ['g#executor', 'g#executor~2', 'g#executor~3', 'g#executor~4']) {
      const requirement = (await run.until((each) => openOf(each)[0]?.id === id)).stepRequirements.at(-1)!;
      await run.answer('approve', requirement);
    }
    await expect(run.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining("The schema of the tool 'payAnew' gives other arguments each time") },
    });
    expect(done(run)).toEqual([]);
  });

  test.each([
    ['completed', 'pay', { to: 'a', euros: 1 }, 'approve'],
    ['failed', 'payBroken', { q: 'x' }, 'approve'],
    [undefined, 'pay', { to: 'a', euros: 1 }, 'reject'],
  ])('has what became of it in the record: %s', async (outcome, toolName, args, signal) => {
    const run = await server.start('agentAlone', play(calls(call(toolName, args)), 'x'));
    await run.answer(signal, (await run.paused())[0]!);
    expect((await run.result()).stepRequirements[0]!.tools![0]!.outcome).toBe(outcome);
  });

  test('is answered by whom its record says; the whole by nobody, where there were several', async () => {
    const run = await server.start(
      'agentAlone',
      play(calls(call('pay', { to: 'a', euros: 1 }, 'p1'), call('pay', { to: 'b', euros: 2 }, 'p2')), 'x'),
    );
    const [asked] = await run.paused();
    await run.answer('approve', asked!, { toolCall: 'p1', by: 'ann' });
    await run.answer('reject', asked!, { toolCall: 'p2', by: 'bob' });
    const [requirement] = (await run.result()).stepRequirements;
    expect(requirement).toMatchObject({
      resolution: 'confirmed',
      tools: [{ resolvedBy: 'ann' }, { resolvedBy: 'bob' }],
    });
    expect(requirement).not.toHaveProperty('resolvedBy');
  });

  test('and a free one run once, in a step that a human has confirmed', async () => {
    const task = play(calls(call('broken', { q: 'x' })), unique('x'));
    const run = await server.start('agentTimeoutSkip', task);
    await run.answer('approve', await run.pausedAt('confirmation'));
    expect((await run.result()).status).toBe('completed');
    expect(done(run)).toHaveLength(1);
  });

  test('that says it can be repeated is retried', async () => {
    const task = play(calls(call('payAgain', { q: 'x' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('approve', (await run.paused())[0]!);
    await run.result();
    expect(done(run)).toHaveLength(2);
    expect(heard(task)).toEqual(['paid at last']);
  });
});

describe('user input for a tool call', () => {
  test('fills its fields, whatever the model put there; the whole is checked, and is in the record', async () => {
    const task = play(calls(call('book', { flight: 'LH1', seat: '1A', meal: 'fish' })), unique('x'));
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked!.tools![0]).toMatchObject({
      kind: 'user_input',
      args: { flight: 'LH1', seat: '1A', meal: 'fish' },
      userInputSchema: { type: 'object', properties: { seat: {}, meal: {} }, required: ['seat'] },
    });
    await run.answer('provideInput', asked!, { values: { seat: '2C' } });
    const output = await run.result();
    // A field that the human left empty is empty: the model's meal was a suggestion.
    expect(done(run)).toEqual(['book {"flight":"LH1","seat":"2C"}']);
    expect(output.stepRequirements[0]!.tools![0]).toMatchObject({ resolution: 'confirmed', userInput: { seat: '2C' } });
  });

  test.each([
    ['a missing value', { meal: 'x' }],
    ['a wrong type', { seat: 7 }],
    ['another argument', { seat: '2C', flight: 'XX' }],
    ['no values', undefined],
  ])('is refused with %s, and asked on', async (_, values) => {
    const run = await server.start('agentAlone', play(calls(call('book', { flight: 'LH1' })), 'x'));
    const [asked] = await run.paused();
    await run.answer('provideInput', asked!, values === undefined ? {} : { values });
    const refused = await run.until((each) => each.refusedAnswers.count === 1);
    expect(refused.refusedAnswers.newest[0]).toMatchObject({ code: 'invalid', requirement: 'g#executor' });
    expect(openOf(refused)).toHaveLength(1);
    expect(done(run)).toEqual([]);
  });

  test('that only the tool itself can refuse is asked again, with the reason', async () => {
    const run = await server.start('agentAlone', play(calls(call('book', { flight: 'LH1' })), 'x'));
    await run.answer('provideInput', (await run.paused())[0]!, { values: { seat: '13A' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.previousFeedback).toContain('there is no seat 13A');
    await run.answer('provideInput', again, { values: { seat: '13B' } });
    await run.result();
    expect(done(run)).toEqual(['book {"flight":"LH1","seat":"13B"}']);
  });

  test('runs with what was shown: what the schema makes of it is shown first', async () => {
    const run = await server.start('agentAlone', play(calls(call('convert', { flight: 'lh1', cents: 5 })), 'x'));
    const [asked] = await run.paused();
    expect(asked!.tools).toMatchObject([{ kind: 'user_input', args: { flight: 'lh1', cents: 5 } }]);
    await run.answer('provideInput', asked!, { values: { seat: '2C' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.tools).toMatchObject([{ kind: 'confirmation', args: { flight: 'LH1', seat: '2C', cents: 500 } }]);
    expect(done(run)).toEqual([]);
    await run.answer('approve', again);
    const output = await run.result();
    expect(done(run)).toEqual(['convert {"flight":"LH1","seat":"2C","cents":500}']);
    expect(output.stepRequirements.map(({ tools }) => tools![0]!.outcome)).toEqual(['not_run', 'completed']);
  });

  test('is not asked for a mistake that only the model can mend', async () => {
    const task = play(calls(call('name', { euros: 500 })), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).stepRequirements).toEqual([]);
    expect(heard(task)).toEqual([expect.stringContaining('euros: too much')]);
  });

  test('cannot keep the run busy with a pattern: the tool alone knows it', async () => {
    const run = await server.start('agentAlone', play(calls(call('name', { euros: 5 })), 'x'));
    await run.answer('provideInput', (await run.paused())[0]!, { values: { name: 'a'.repeat(22) + '!' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.previousFeedback).toContain('name: ');
    await run.answer('provideInput', again, { values: { name: 'Ann' } });
    await run.result();
    expect(done(run)).toEqual(['name {"name":"Ann","euros":5}']);
  });

  test('can be refused', async () => {
    const task = play(calls(call('book', { flight: 'LH1' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('reject', (await run.paused())[0]!, { feedback: 'take the train' });
    await run.result();
    expect([done(run), heard(task)]).toEqual([[], ['take the train']]);
  });
});

describe('external execution', () => {
  test.each([['a text'], [{ ok: true, log: ['a'] }], [0], [null]])(
    'gives the model what somebody gives: %j',
    async (result) => {
      const task = play(calls(call('deploy', { version: '7' })), unique('x'));
      const run = await server.start('agentAlone', task);
      const [asked] = await run.paused();
      expect(shown(asked!)).toEqual([['deploy', 'external_execution', { version: '7' }]]);
      await run.answer('completeTool', asked!, { result, by: 'ci' });
      const output = await run.result();
      expect(heard(task)).toEqual([result]);
      expect(output.stepRequirements[0]!.tools![0]).toMatchObject({ result, resolvedBy: 'ci' });
    },
  );
});

describe('gates of one step', () => {
  test('are asked one after the other: confirmation with input, tool, review; one growing history', async () => {
    const run = await server.start('agentAllGates', play(calls(call('pay', { to: 'a', euros: 1 })), 'said'));
    const seen: string[][] = [];
    const next = async (kind: StepRequirement['kind']) => {
      const requirement = await run.pausedAt(kind);
      seen.push((await run.output()).stepRequirements.map(({ id }) => id));
      return requirement;
    };
    await run.answer('approve', await next('confirmation+user_input'), { values: { tone: 'kind' } });
    await run.answer('approve', await next('executor'));
    await run.answer('editOutput', await next('output_review'), { output: 'edited' });
    const output = await run.result();
    expect(output.content).toEqual({ heard: 'edited' });
    expect(seen).toEqual([
      ['g#confirmation+userInput'],
      ['g#confirmation+userInput', 'g#executor'],
      ['g#confirmation+userInput', 'g#executor', 'g#outputReview'],
    ]);
    expect(prompts.some(({ user }) => user.endsWith('\n\nUser preferences:\n- tone: kind'))).toBe(true);
  });

  test('hold: a step that is rejected calls no model', async () => {
    const task = play(unique('never'));
    const run = await server.start('agentAllGates', task);
    await run.answer('reject', (await run.paused())[0]!);
    expect(await run.result()).toMatchObject({ status: 'completed', stepResults: [{ name: 'after' }] });
    expect(prompts.some(({ user }) => user.startsWith(task))).toBe(false);
  });
});

describe('at every depth', () => {
  test('a tool call pauses, under the path of its step', async () => {
    const run = await server.start(
      'agentNested',
      play(calls(call('pay', { to: 'a', euros: 1 })), play(calls(call('pay', { to: 'b', euros: 2 })), 'x')),
    );
    const ids = [
      ['s/inSteps', 's'],
      ['l[1]/inLoop', 'l'],
      ['l[2]/inLoop', 'l'],
      ['c/inCondition', 'c'],
      ['r/inRouter', 'r'],
      ['n/inner', 'n'],
      ['two/one', 'two'],
      ['two/other', 'two'],
    ];
    for (const [index, [path, top]] of ids.entries()) {
      const state = await run.until((each) => openOf(each)[0]?.path === path);
      const [asked] = openOf(state);
      expect(asked).toMatchObject({ kind: 'executor', id: `${path}#executor`, topLevelStep: top });
      expect(done(run)).toHaveLength(index);
      await run.answer('approve', asked!);
    }
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(done(run)).toHaveLength(ids.length);
  });

  test('also in the else branch that a human chose', async () => {
    const run = await server.start('agentElse', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    await run.answer('reject', (await run.paused())[0]!);
    await run.answer('approve', await run.pausedAt('executor'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'x' });
    expect(done(run)).toHaveLength(1);
  });

  test('branches of a Parallel wait side by side, answered in any order', async () => {
    const run = await server.start('agentParallel', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    const asked = await run.paused(3);
    const of = (name: string) => asked.find(({ stepName }) => stepName === name)!;
    await run.answer('approve', of('right'));
    await run.answer('approve', of('ask'));
    await run.answer('approve', of('left'));
    expect(await run.result()).toMatchObject({ content: { heard: { left: 'x', right: 'x', ask: 'asked' } } });
    expect(done(run)).toHaveLength(2);
  });

  test('branches that are too large for one workflow task together take several', async () => {
    const large = calls(...Array.from({ length: 7 }, () => call('returns', { bytes: 210_000 })));
    const run = await server.start('agentCrowd', play(large, 'x'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: { a: 'x', b: 'x', c: 'x', d: 'x' } });
  });

  test('a sibling that cancels withdraws them, and nothing runs', async () => {
    const run = await server.start('agentParallel', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    const asked = await run.paused(3);
    await run.answer('reject', asked.find(({ stepName }) => stepName === 'ask')!);
    const output = await run.result();
    expect(output.status).toBe('cancelled');
    const ended = Object.fromEntries(output.stepRequirements.map(({ stepName, resolution }) => [stepName, resolution]));
    expect(ended).toEqual({ ask: 'rejected', left: 'withdrawn', right: 'withdrawn' });
    expect(done(run)).toEqual([]);
  });

  test('a cancelled run runs nothing more', async () => {
    const run = await server.start('agentAlone', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    await run.paused();
    await run.handle.cancel();
    await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(done(run)).toEqual([]);
  });
});
