/** A run has ended when the server says so: its own word can come before that, and be of an end that never is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import type { Run } from '../../client/run.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { clientGate } from '../workflows/client-runs.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

async function told(runId: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of client.events(runId)) names.push(event);
  return names;
}

const identity = 'one that dies';

/**
 * Temporal hands a query that waits for a worker to the next one, with a history that has in it what another worker is at:
 * so it is answered from a workflow task that the server never takes.
 * @returns the run as it was read then, or nothing where the query came to the worker that dies, or too late
 */
async function readAhead(paused: Run, taskQueue: string): Promise<Run | undefined> {
  const { workflowService, connection, options } = server.client;
  const { namespace } = options;
  const reading = client.getRun(paused.runId);
  // Nobody polls: it waits in the queue.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [{ id, digest }] = paused.activeStepRequirements as [Run['activeStepRequirements'][0]];
  const handle = server.client.workflow.getHandle(paused.runId);
  await handle.signal('approve', { requirement: id, digest });
  const poll = () => workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue }, identity });
  const { query, taskToken } = await connection.withDeadline(Date.now() + 10_000, poll);
  const worker = await server.worker({ taskQueue });
  try {
    const ahead = await reading;
    // Where the worker took its time to start, the memo was read.
    if (query || !ahead.complete) return undefined;
    await handle.signal('approve', { requirement: id, digest });
    await workflowService.respondWorkflowTaskFailed({ namespace, taskToken, identity });
    expect(await client.wait(paused.runId)).toMatchObject({ status: 'completed', refusedAnswers: { count: 1 } });
    return ahead;
  } finally {
    await worker.stop();
  }
}

test.concurrent('not by a workflow task that the server has not taken', { timeout: 60_000 }, async () => {
  for (;;) {
    const taskQueue = `ahead-${randomUUID()}`;
    const worker = await server.worker({ taskQueue });
    const paused = await client.run(clientGate, { input: 'IN', taskQueue });
    await worker.stop();
    const run = await readAhead(paused, taskQueue);
    if (!run) continue;
    // The answer has been applied to what was read, and more may come.
    expect(run).toMatchObject({ status: 'running', content: null, refusedAnswers: { count: 0 } });
    expect(run.stepRequirements).toMatchObject([{ resolution: 'confirmed' }]);
    return;
  }
});

test.concurrent('not while a function around it is at work', { timeout: 30_000 }, async () => {
  const taskQueue = `around-${randomUUID()}`;
  const worker = await server.worker({ taskQueue });
  let run = await client.run('lingers', { input: 'IN', taskQueue });
  run.activeStepRequirements[0]!.confirm();
  run = await client.continueRun(run);
  run.activeStepRequirements[0]!.confirm();
  await client.continueRun(run, { until: 'accepted' });
  await vi.waitFor(async () => {
    run = await client.getRun(run.runId);
    expect(run.activeStepRequirements).toEqual([]);
  }, 10_000);
  expect(run).toMatchObject({ status: 'running', complete: true, content: null });
  await worker.stop();
  // The memo says so before the end, too.
  expect(await client.getRun(run.runId)).toMatchObject({ status: 'running', complete: false });
  const waiting = client.wait(run.runId);
  await server.worker({ taskQueue });
  await server.client.workflow.getHandle(run.runId).signal('go');
  expect(await waiting).toMatchObject({ status: 'completed', content: 'two' });
});

test.concurrent.each([
  ['lingers', 'cancelled'],
  ['lingersUnasked', 'completed'],
] as const)('an answer after the end of %s changes nothing of it', async (name, status) => {
  const taskQueue = `late-${randomUUID()}`;
  await server.worker({ taskQueue });
  const runId = `${name}-${randomUUID()}`;
  const handle = await server.client.workflow.start(name, { taskQueue, workflowId: runId, args: ['IN'] });
  if (status === 'cancelled') {
    await client.wait(runId);
    await handle.cancel();
  }
  await vi.waitFor(async () => expect(await handle.query('run')).toMatchObject({ status }), 10_000);
  await handle.signal('approve', { requirement: 'one#confirmation' });
  await vi.waitFor(
    async () => expect(await handle.query('run')).toMatchObject({ refusedAnswers: { count: 1 } }),
    10_000,
  );
  await handle.signal('go');
  await vi.waitFor(async () => expect((await handle.describe()).status.name).toBe(status.toUpperCase()), 10_000);
  const { memo, searchAttributes } = await handle.describe();
  expect(searchAttributes!.HoldpointStatus).toEqual([status]);
  if (memo!.holdpoint) expect(memo!.holdpoint).toMatchObject({ status });
  const events = await told(runId);
  expect(events).toContain(status === 'cancelled' ? 'WorkflowCancelled' : 'WorkflowCompleted');
  expect(events[0]).toBe('WorkflowStarted');
});

test.concurrent.each([
  ['something else', 'saysLittle'],
  ["another run's", 'handsOver'],
])('a no is read as one, also where a function around the run returns %s', async (_, name) => {
  const taskQueue = `little-${randomUUID()}`;
  await server.worker({ taskQueue });
  const run = await client.run(name, { input: 'IN', taskQueue });
  run.activeStepRequirements[0]!.reject();
  expect(await client.continueRun(run)).toMatchObject({ runId: run.runId, status: 'cancelled' });
  expect(await client.getRun(run.runId)).toMatchObject({ runId: run.runId, status: 'cancelled' });
  expect((await told(run.runId)).slice(-2)).toEqual(['StepContinued', 'WorkflowCancelled']);
});

test.concurrent('a no to a run before it is not the word of one that has its memo', async () => {
  const taskQueue = `silent-${randomUUID()}`;
  await server.worker({ taskQueue });
  const run = await client.run('thenSilently', { input: true, taskQueue });
  run.activeStepRequirements[0]!.reject();
  await client.continueRun(run);
  expect(await client.wait(run.runId)).toMatchObject({ status: 'completed' });
  const { memo } = await server.client.workflow.getHandle(run.runId).describe();
  expect(memo!.holdpoint).toMatchObject({ status: 'completed' });
});

test.concurrent('a cancel while a function around it is at work is told', async () => {
  const taskQueue = `tidy-${randomUUID()}`;
  await server.worker({ taskQueue });
  let run = await client.run('tidiesUp', { input: 'IN', taskQueue });
  run.activeStepRequirements[0]!.confirm();
  run = await client.continueRun(run);
  run.activeStepRequirements[0]!.confirm();
  await client.continueRun(run, { until: 'accepted' });
  expect(await client.cancel(run.runId, 'enough')).toMatchObject({ status: 'cancelled' });
  expect((await told(run.runId)).slice(-2)).toEqual(['WorkflowCompleted', 'WorkflowCancelled']);
});

test.concurrent('nor is what begins anew under its id taken for it', async () => {
  const taskQueue = `anew-${randomUUID()}`;
  await server.worker({ taskQueue });
  const { runId } = await client.run(clientGate, { input: 'IN', taskQueue });
  const begin = () => server.client.workflow.start(clientGate, { taskQueue, workflowId: runId, args: ['IN'] });
  // As soon as the server lets it, and mostly before the client looks at what has ended.
  const anew = vi.waitFor(begin, { timeout: 10_000, interval: 1 });
  expect(await client.cancel(runId, 'enough', { timeout: '5 seconds' })).toMatchObject({ status: 'cancelled' });
  await (await anew).terminate();
});
