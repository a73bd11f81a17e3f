/** Executors: what they get, how often they are tried, what the Web UI shows of them, and how a dead worker is noticed. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { StepInput } from '../../activities/index.ts';
import { HoldpointClient } from '../../client/client.ts';
import { holdpointPlugin } from '../../worker/plugin.ts';
import type { StepOutput } from '../../workflows/define/step-output.ts';
import { eventsOf, type HistoryEvent, ofType, summaryOf } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { openServer, runWorker, type TestRun, type TestServer } from '../support/server.ts';

const activities = {
  look: async (input: StepInput) => ({
    isStepInput: input instanceof StepInput,
    text: input.getInputAsString(),
    last: input.getLastStepContent(),
    inline: input.getStepContent('inline'),
    all: input.getAllPreviousContent(),
    local: Context.current().info.isLocal,
    path: input.path,
    key: input.idempotencyKey,
  }),
  fail: async ({ stepName }: StepInput) => {
    throw new Error(`${stepName} failure ${Context.current().info.attempt}`);
  },
  keys: async (...args: object[]) => args.map((arg) => Object.keys(arg)),
  quick: async ({ stepName }: { stepName: string }) => `${stepName} ${Context.current().info.isLocal}`,
  slow: async () => {
    await sleep(2_500);
    return `attempt ${Context.current().info.attempt}`;
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await openServer(activities);
});
afterAll(() => server.close());

const scheduled = (events: readonly HistoryEvent[]) =>
  ofType(events, 'ActivityTaskScheduled').map((event) => {
    const { retryPolicy, heartbeatTimeout } = event.activityTaskScheduledEventAttributes!;
    const attempts = retryPolicy?.maximumAttempts;
    return { summary: summaryOf(event), attempts, heartbeatSeconds: Number(heartbeatTimeout?.seconds) };
  });

describe('inline, remote and local', () => {
  test('get the same StepInput, with its helper methods', async () => {
    const run = await server.start('executorKinds', { a: 1 });
    const { stepResults } = await run.result();
    const text = '{\n  "a": 1\n}';
    const inline = { text, content: null };
    expect(stepResults[0]!.content).toEqual(inline);
    expect(stepResults[1]!.content).toMatchObject({
      ...{ isStepInput: true, text, last: inline, inline, local: false, path: 'as an activity' },
      all: `=== inline ===\n${JSON.stringify(inline)}`,
    });
    expect(stepResults[2]!.content).toMatchObject({
      isStepInput: true,
      text,
      inline,
      local: true,
      path: 'as a local one',
    });
    const keys = stepResults.slice(1).map(({ content }) => (content as { key: string }).key);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key.startsWith(`${run.handle.workflowId}/`)).toBe(true);
  });

  test('do not see the events of the run that ride along, which nobody else can make', async () => {
    const run = await server.start('executorEvents');
    const { stepResults } = await run.result();
    const keys = [expect.arrayContaining(['input', 'stepName', 'previousStepContent'])];
    expect(
      stepResults.map(({ name, content }) => [name, typeof content === 'string' ? content.slice(0, 99) : content]),
    ).toEqual([
      ['small', keys],
      ['make', 'x'.repeat(99)],
      ['large', keys],
      ['forged', 'Step forged failed but skipped'],
      ['marked', 'Step marked failed but skipped'],
    ]);
    for (const { content } of [stepResults[0]!, stepResults[2]!]) {
      expect((content as string[][]).flat()).not.toContain('__holdpointJournal');
      expect((content as string[][]).flat()).not.toContain('execution');
    }
    expect(stepResults[3]!.error).toBe("'keys' takes no '__holdpointJournal'");
    expect(stepResults[4]!.error).toBe("'keys' takes no '__holdpointOnce'");
    const payloads = ofType(await eventsOf(run.handle), 'ActivityTaskScheduled').map((event) =>
      event.activityTaskScheduledEventAttributes!.input!.payloads!.map(({ data }) => Buffer.from(data!).toString()),
    );
    expect(payloads.map((each) => each.map((text) => /"__holdpointJournal":/.test(text)))).toEqual([
      [true],
      [false, true],
    ]);
    const client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
    const started: string[] = [];
    for await (const event of client.events(run.handle.workflowId)) {
      if (event.event === 'StepStarted') started.push(event.path);
    }
    expect(started).toEqual(['small', 'make', 'large', 'forged', 'marked']);
  });

  test('stand in the history under the name of their step, with 4 attempts and a heartbeat of 30 s by default', async () => {
    const run = await server.start('executorKinds', 'IN');
    await run.result();
    const events = await eventsOf(run.handle);
    expect(scheduled(events)).toEqual([
      { summary: 'as an activity', attempts: 4, heartbeatSeconds: 30 },
      { summary: 'watched', attempts: 4, heartbeatSeconds: 7 },
    ]);
    const local = ofType(events, 'MarkerRecorded').filter(
      ({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_local_activity',
    );
    expect(local.map(summaryOf)).toEqual(['as a local one']);
  });
});

describe('attempts', () => {
  test('4 without a policy, else the policy’s, and the step’s own word before both', async () => {
    const run = await server.start('triedExecutors', 'IN');
    const { stepResults } = await run.result();
    expect(stepResults.map(({ error }) => error)).toEqual([
      'default failure 4',
      'of the proxy failure 2',
      'of the step failure 3',
      'local failure 4',
      'inline failure 4',
    ]);
    expect(scheduled(await eventsOf(run.handle)).map((each) => each.attempts)).toEqual([4, 2, 3]);
  });

  test('behind a confirmation one, unless idempotent', async () => {
    const run = await server.start('executorGated', 'IN');
    for (const name of ['remote', 'inline', 'idempotent']) {
      await run.answer('approve', await run.pausedAt('confirmation', name));
    }
    const { stepResults } = await run.result();
    expect(stepResults.map(({ error }) => error)).toEqual([
      'remote failure 1',
      'inline failure 1',
      'idempotent failure 4',
    ]);
    expect(scheduled(await eventsOf(run.handle)).map((each) => each.attempts)).toEqual([1, 4]);
  });
});

describe('local activities', () => {
  test('are ordinary ones beside others, because no history tells which of several local ones ended first', async () => {
    const run = await server.start('executorsBeside');
    for (const each of await run.paused(2)) await run.answer('approve', each);
    const { status, stepResults } = await run.result();
    expect(status).toBe('completed');
    const leaves = (outputs: readonly StepOutput[]): unknown[] =>
      outputs.flatMap(({ steps, content }) => (steps ? leaves(steps) : [content]));
    expect(leaves(stepResults)).toEqual([
      ...['alone true', 'asks false', 'one false', 'calls false', 'two false'],
      ...['Step fails failed but skipped', 'deep false', 'alone again true'],
    ]);
    const events = await eventsOf(run.handle);
    expect(scheduled(events).map(({ summary }) => summary)).toEqual(
      expect.arrayContaining(['asks', 'one', 'two', 'fails', 'deep']),
    );
    const bundle = readFileSync(inject('bundlePath'), 'utf8');
    expect(await replayProblems(bundle, [{ workflowId: run.handle.workflowId, history: { events } }])).toEqual([]);
  });
});

describe('heartbeats', () => {
  test('keep an activity of 2.5 s alive under a heartbeat timeout of 1 s', async () => {
    const run = await server.start('executorSlow', 'IN');
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'attempt 1' });
  });
});

describe('stacks', () => {
  const callStack = async ({ handle }: TestRun) => (await handle.query<string>('__stack_trace')).split('\n\n');
  const ofUsers = [true, expect.stringMatching(/^Error\n    at .*test\/workflows\/executors\.ts/)];

  const ofFloods = [false, ''];

  test('are taken of functions as Temporal does; of the run’s own code, only where it waits', async () => {
    const run = await server.start('executorStacks');
    const asked = await run.pausedAt('confirmation');
    const { stepResults } = await run.output();
    const seen = stepResults.flatMap(({ steps, content }) => steps?.map((each) => each.content) ?? [content]).flat();
    expect(seen).toEqual(Array.from({ length: 7 }, () => ofUsers));
    expect(await callStack(run)).toEqual([expect.stringContaining('awaitDecision')]);

    await run.answer('approve', asked);
    await run.until(({ status, stepResults: { length } }) => status === 'running' && length === 6);
    expect(await callStack(run)).toContainEqual(expect.stringMatching(/waitsForLong .*test\/workflows\/executors.ts/));
    await run.handle.terminate();
  });

  test('are taken of a function around a run', async () => {
    const run = await server.start('executorStacksAround');
    await run.pausedAt('confirmation');
    const pending = await callStack(run);
    expect(pending).toContainEqual(expect.stringContaining('awaitDecision'));
    expect(pending).toContainEqual(expect.stringContaining('executorStacksAround'));
    await run.signal('look');
    expect(await run.handle.result()).toEqual([ofUsers, ofUsers, ofUsers]);
  });

  test.each([
    ['first', 0, [ofFloods, ofUsers, ofUsers]],
    ['later', 1, [ofUsers, ofFloods, ofUsers]],
  ])('are not taken where a thousand signals come with the %s workflow task', async (_, tasks, expected) => {
    const taskQueue = `${server.taskQueue}-${randomUUID()}`;
    const run = await server.start('executorStacksAround', 'IN', undefined, { taskQueue });
    if (tasks > 0) {
      const worker = await server.worker({ taskQueue });
      await run.pausedAt('confirmation');
      await worker.stop();
    }
    for (let sent = 0; sent < 1_000; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => run.signal('look')));
    }
    await server.worker({ taskQueue });
    expect(await run.handle.result()).toEqual(expected);
  });
});

describe('holdpointPlugin() in a plain Worker.create', () => {
  test('is missed: a run does not begin without it, says why, and goes on with a worker that has it', async () => {
    const connection = await NativeConnection.connect({ address: inject('address') });
    const [taskQueue, runId] = [randomUUID(), randomUUID()];
    const bare = { connection, taskQueue, workflowBundle: { code: readFileSync(inject('bundlePath'), 'utf8') } };
    const without = runWorker(await Worker.create({ ...bare, activities }));
    const waiting: string[] = [];
    const client = new HoldpointClient(server.client, { taskQueue, onWaiting: (message) => waiting.push(message) });
    const run = client.run('executorKinds', { input: 'IN', runId });
    await vi.waitFor(() => expect(waiting.join()).toContain('This worker has no holdpointPlugin()'), 30_000);
    await without.stop();
    const worker = runWorker(await Worker.create({ ...bare, activities, plugins: [holdpointPlugin()] }));
    expect(await run).toMatchObject({ status: 'completed' });
    await worker.stop();
    await connection.close();
  });

  test('gives it all of that', async () => {
    const connection = await NativeConnection.connect({ address: inject('address') });
    const taskQueue = randomUUID();
    const workflowBundle = { code: readFileSync(inject('bundlePath'), 'utf8') };
    const plugins = [holdpointPlugin()];
    const worker = runWorker(await Worker.create({ connection, taskQueue, workflowBundle, activities, plugins }));
    const on = { taskQueue };
    const [executors, slow] = [
      await server.start('executorKinds', 'IN', undefined, on),
      await server.start('executorSlow', 'IN', undefined, on),
    ];
    const { stepResults } = await executors.result();
    expect(stepResults[1]!.content).toMatchObject({ isStepInput: true, text: 'IN' });
    expect(stepResults[2]!.content).toMatchObject({ isStepInput: true, local: true });
    expect(await slow.result()).toMatchObject({ content: 'attempt 1' });
    const { searchAttributes } = await executors.handle.describe();
    expect(searchAttributes.HoldpointStatus).toEqual(['completed']);
    await worker.stop();
    await connection.close();
  });
});
