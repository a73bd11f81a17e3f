/** Agents in runs: their turns, their tools, and what they are told (§8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents, call, calls, contextOf, done, heard, play, prompts, unique } from '../support/agents.ts';
import { eventsOf, type HistoryEvent, ofType, summaryOf } from '../support/history.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

describe.concurrent('an agent', () => {
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
    expect(contextOf(run, 'look')).toMatchObject({
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
    expect(contextOf(run, 'look')).not.toHaveProperty('by');
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

describe.concurrent('the message of an agent', () => {
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
