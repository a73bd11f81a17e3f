/** Search attributes: set where they are registered, cleared when there is nothing to say, and never in the way. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STATUS } from '../../workflows/protocol/search-attributes.ts';
import { startBareServer } from '../support/bare-server.ts';
import { ofType } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { openServer, runWorker, TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const bundle = () => readFileSync(inject('bundlePath'), 'utf8');

async function attributesOf(handle: WorkflowHandle): Promise<Record<string, unknown>> {
  const { searchAttributes } = await handle.describe();
  const ours = Object.entries(searchAttributes).filter(([name]) => name.startsWith('Holdpoint'));
  return Object.fromEntries(ours);
}

describe('where they are registered', () => {
  test('they say what waits, for whom and until when; what is over is cleared', async () => {
    const run = await server.start('attributed', 'IN', { sessionId: 'session 1' });
    const one = await run.pausedAt('confirmation');
    expect(await attributesOf(run.handle)).toEqual({
      HoldpointStatus: ['paused'],
      HoldpointStep: ['one'],
      HoldpointSession: ['session 1'],
      HoldpointDue: [new Date(one.timeoutAt!)],
    });
    await run.answer('approve', one);
    const two = await run.pausedAt('output_review');
    expect(await attributesOf(run.handle)).toEqual({
      HoldpointStatus: ['paused'],
      HoldpointStep: ['two'],
      HoldpointSession: ['session 1'],
    });
    await run.answer('approve', two);
    await run.result();
    expect(await attributesOf(run.handle)).toEqual({ HoldpointStatus: ['completed'], HoldpointSession: ['session 1'] });
  });

  test('of several deadlines, the earliest; names are bounded as the server demands', async () => {
    const run = await server.start('manyPauses', 100);
    const open = await run.paused(100);
    const attributes = await attributesOf(run.handle);
    expect(attributes.HoldpointDue).toEqual([new Date(open[0]!.timeoutAt!)]);
    expect(attributes.HoldpointStep).toContain('node 0');
    await run.handle.terminate();
  });
});

describe('of a run that the client starts', () => {
  test('say that it has failed, also where its input is refused', async () => {
    const client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
    const { runId } = await client.start('clientInput', { input: { amount: 'much' } });
    await expect(client.wait(runId)).rejects.toThrow('does not fit its schema');
    expect(await attributesOf(server.client.workflow.getHandle(runId))).toMatchObject({ HoldpointStatus: ['failed'] });
  });

  test('are there before a worker takes it, and cost the run no event then', async () => {
    const taskQueue = randomUUID();
    const client = new HoldpointClient(server.client, { taskQueue, onWaiting: () => {} });
    const sessionId = randomUUID();
    const { runId } = await client.start('attributed', { input: 'IN', sessionId });
    const found = () => client.getSession(sessionId).then(({ runs }) => runs);
    await expect.poll(found, { timeout: 5_000 }).toMatchObject([{ runId, status: 'running', sessionId }]);
    const worker = await server.worker({ taskQueue });
    const run = new TestRun(server.client.workflow.getHandle(runId));
    await run.pausedAt('confirmation');
    expect(await attributesOf(run.handle)).toMatchObject({
      HoldpointStatus: ['paused'],
      HoldpointSession: [sessionId],
    });
    expect(ofType((await run.handle.fetchHistory()).events!, 'UpsertWorkflowSearchAttributes')).toHaveLength(2);
    await run.handle.terminate();
    await worker.stop();
  });

  test('are the run’s own, whatever it was started with', async () => {
    const handle = await server.client.workflow.start('attributed', {
      args: ['IN'],
      taskQueue: server.taskQueue,
      workflowId: randomUUID(),
      typedSearchAttributes: [
        { key: HOLDPOINT_STATUS, value: 'running' },
        { key: HOLDPOINT_SESSION, value: 'of somebody else' },
      ],
    });
    await new TestRun(handle).pausedAt('confirmation');
    expect(await attributesOf(handle)).toMatchObject({
      HoldpointStatus: ['paused'],
      HoldpointSession: [handle.workflowId],
    });
    await handle.terminate();
  });
});

describe('where they are not', () => {
  test('runs go on; and a worker that may registers them', async () => {
    const bare = await startBareServer(inject('cli'));
    const { address } = bare;
    const [connection, native] = await Promise.all([
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    const client = new Client({ connection });
    const taskQueue = randomUUID();
    const workflowBundle = { code: bundle() };
    const worker = runWorker(
      await createWorker({ connection: native, taskQueue, workflowBundle, searchAttributes: false }),
    );
    const workflowId = randomUUID();
    const run = new TestRun(await client.workflow.start('attributed', { taskQueue, workflowId, args: ['IN'] }));
    await run.answer('approve', await run.pausedAt('confirmation'));
    await run.answer('approve', await run.pausedAt('output_review'));
    expect(await run.result()).toMatchObject({ status: 'completed' });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes).filter((name) => name.startsWith('Holdpoint'))).toEqual([]);
    await worker.stop();

    const registering = runWorker(await createWorker({ connection: native, taskQueue, workflowBundle }));
    const second = new TestRun(
      await client.workflow.start('attributed', { taskQueue, workflowId: randomUUID(), args: ['IN'] }),
    );
    await second.pausedAt('confirmation');
    expect(await attributesOf(second.handle)).toMatchObject({ HoldpointStatus: ['paused'], HoldpointStep: ['one'] });
    await second.handle.terminate();
    await registering.stop();
    await connection.close();
    await native.close();
    await bare.stop();
  });
});

describe('a run keeps what it was started with', () => {
  test.for([
    [false, true],
    [true, false],
  ] as const)('started by a worker with them: %s, continued by one with them: %s', async ([started, continued]) => {
    const taskQueue = randomUUID();
    const first = await server.worker({ taskQueue, searchAttributes: started });
    const run = await server.start('attributed', 'IN', undefined, { taskQueue });
    const one = await run.pausedAt('confirmation');
    await first.stop();
    const second = await server.worker({ taskQueue, searchAttributes: continued });
    await run.answer('approve', one);
    await run.answer('approve', await run.pausedAt('output_review'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'two' });
    const expected = started ? { HoldpointStatus: ['completed'], HoldpointSession: [run.handle.workflowId] } : {};
    expect(await attributesOf(run.handle)).toEqual(expected);
    const history = await run.handle.fetchHistory();
    expect(ofType(history.events ?? [], 'WorkflowTaskFailed')).toEqual([]);
    expect(await replayProblems(bundle(), [{ workflowId: run.handle.workflowId, history }])).toEqual([]);
    await second.stop();
  });
});
