/** What the client does when the server, the worker or the data in between is not as it should be. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { connect } from '../../client/connect.ts';
import { encryptedDataConverter } from '../../client/encryption.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import {
  ClientClosed,
  InvalidAnswer,
  InvalidInput,
  NamespaceNotFound,
  RequirementAlreadyResolved,
  ServerUnavailable,
  WaitTimeout,
} from '../../client/errors.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer({ slow: async () => 'draft' });
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

// They wait for deadlines most of the time.
describe.concurrent('a server', () => {
  test('that is not there, when a client is made', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:9');
    await expect(connect()).rejects.toThrow(/no Temporal server answers at 127.0.0.1:9 \(from TEMPORAL_ADDRESS\)/);
    // A server that does not speak TLS looks like none.
    vi.stubEnv('TEMPORAL_API_KEY', 'the-key');
    await expect(connect()).rejects.toThrow(/at 127.0.0.1:9 \(from TEMPORAL_ADDRESS, over TLS\)/);
    vi.unstubAllEnvs();
  }, 40_000);

  test('that is not there, when a run is started', async () => {
    const lost = new HoldpointClient(new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) }));
    const error = await lost.start('clientGate', { input: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerUnavailable);
    expect(error).toMatchObject({ address: '127.0.0.1:9' });
    await lost.close();
  }, 40_000);

  test('that is away for a moment does not lose a wait', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-away-'));
    const dataFile = join(folder, 'dev.db');
    let own = await startDevServer({ dataFile });
    const port = Number(own.address.split(':')[1]);
    const [connection, native] = await Promise.all([
      Connection.connect({ address: own.address }),
      NativeConnection.connect({ address: own.address }),
    ]);
    const worker = await createWorker({
      connection: native,
      activities: { slow: async () => 'draft' },
      workflowBundle: { code: readFileSync(inject('bundlePath'), 'utf8') },
    });
    const running = worker.run();
    const away = new HoldpointClient(new Client({ connection }), { onWaiting: () => {} });
    const { runId } = await away.run('clientGate', { input: 1 });
    // A wait that only another process's answer ends.
    const other = await away.getRun(runId);
    const relay = await away.start('clientRelay', { input: 1 });
    const waiting = away.wait(relay);
    await sleep(500);
    await own.stop();
    await sleep(1_500);
    own = await startDevServer({ dataFile, port });
    other.activeStepRequirements[0]!.confirm();
    expect(await away.continueRun(other)).toMatchObject({ status: 'completed' });
    for (const _ of [1, 2]) {
      await away.temporal.workflow.getHandle(relay.runId).signal('next');
      await sleep(1_500);
    }
    expect(await waiting).toMatchObject({ status: 'completed', complete: false, workflowName: 'clientRelay' });
    const forgotten = away.wait(await away.start('clientRelay', { input: 1 }));
    worker.shutdown();
    await running;
    await Promise.all([expect(forgotten).rejects.toThrow('the client was closed'), away.close()]);
    await native.close();
    await own.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);
});

test.concurrent('a namespace that is not there is named, by every call', async () => {
  const elsewhere = new HoldpointClient(new Client({ connection: server.client.connection, namespace: 'nope' }));
  const sayings = [
    elsewhere.start('clientGate', { input: 1 }),
    elsewhere.getRun('run-1'),
    elsewhere.audit('run-1'),
    elsewhere.cancel('run-1', 'a reason'),
    elsewhere.getSession('session-1'),
    elsewhere.listPaused()[Symbol.asyncIterator]().next(),
  ];
  for (const { reason } of (await Promise.allSettled(sayings)) as PromiseRejectedResult[]) {
    expect(reason).toBeInstanceOf(NamespaceNotFound);
    expect((reason as Error).message).toMatch(
      /has no namespace 'nope'; correct it .*: temporal operator namespace create --namespace nope --address \S+:\d+$/,
    );
  }
});

test.concurrent.each([
  ['an empty session id', { sessionId: '' }, /'sessionId' of a run must be a string of 1 to 255/],
  ['a session state that is a list', { sessionState: [1] }, /'sessionState' of a run must be an object/],
  ['an empty run id', { runId: '' }, /runId must be a string of 1 to 1000/],
  ['a run id that is a number', { runId: 5 }, /runId must be a string/],
  ['an input that is a function', { input: () => 1 }, /the input must be JSON, got a function/],
  ['an input that is a symbol', { input: Symbol('x') }, /the input must be JSON/],
])('%s is refused before anything is started', async (_, wrong, saying) => {
  const started = client.start('clientGate', { input: 1, ...(wrong as object) });
  await expect(started).rejects.toThrow(saying);
  await expect(started).rejects.toBeInstanceOf(InvalidInput);
});

test.concurrent('a workflow task that keeps failing is what a wait reports', async () => {
  const onWaiting = vi.fn();
  const patient = new HoldpointClient(server.client, { taskQueue: server.taskQueue, onWaiting });
  await expect(patient.run('noSuchWorkflow', { input: 1, timeout: '5s' })).rejects.toThrow(
    /waiting for the worker to get over the workflow task.*noSuchWorkflow/,
  );
  expect(onWaiting).toHaveBeenCalledTimes(1);
});

test('runs whose payloads are encrypted are read with the client’s codec', async () => {
  const dataConverter = { payloadCodecs: [new Mask()] };
  const taskQueue = `masked-${randomUUID()}`;
  await server.worker({ taskQueue, dataConverter });
  const masked = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter }), {
    taskQueue,
  });
  let run = await masked.run('clientGate', { input: 'secret' });
  run.activeStepRequirements[0]!.confirm();
  run = await masked.continueRun(run, { by: 'ann' });
  expect(run).toMatchObject({ status: 'completed', complete: true });
  const told: string[] = [];
  for await (const { event } of masked.events(run.runId)) told.push(event);
  expect(told.filter((event) => /^Workflow|^StepPaused|^StepContinued/.test(event))).toEqual([
    'WorkflowStarted',
    'StepPaused',
    'WorkflowPaused',
    'StepContinued',
    'WorkflowCompleted',
  ]);
  expect((await masked.audit(run.runId)).map(({ what }) => what)).toEqual([
    'started',
    'asked',
    'sent',
    'decided',
    'ended',
  ]);
  // Without the codec nothing can be read, and nothing breaks.
  expect(await client.getRun(run.runId).catch((error: Error) => error)).toBeDefined();
});

test.concurrent('a payload converter of one’s own: runs are started, answered and read, also encrypted', async () => {
  const payloadConverterPath = fileURLToPath(new URL('../support/payload-converter.cjs', import.meta.url));
  const workflowsPath = fileURLToPath(new URL('../workflows/skeleton.ts', import.meta.url));
  const keys = [{ id: 'k', key: randomBytes(32).toString('base64') }];
  for (const dataConverter of [
    { payloadConverterPath },
    await encryptedDataConverter({ keys }, { payloadConverterPath }),
  ]) {
    const taskQueue = `own-${randomUUID()}`;
    const { failureConverterPath } = dataConverter as DataConverter;
    const workflowBundle = await bundleWorkflows({
      workflowsPath,
      payloadConverterPath,
      ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    });
    await server.worker({ taskQueue, dataConverter, workflowBundle });
    const own = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter }), { taskQueue });
    const run = await own.run('skeleton', { input: 'IN' });
    run.activeStepRequirements[0]!.confirm();
    expect(await own.continueRun(run, { by: 'ann', timeout: '20s' })).toMatchObject({ content: 'b<a<IN>>' });
    expect((await own.audit(run.runId)).filter(({ what }) => what === 'sent')).toMatchObject([{ by: 'ann' }]);
  }
});

test.concurrent('a session has runs that cannot be read here, as far as lists tell', async () => {
  const dataConverter = { payloadCodecs: [new Mask()] };
  const taskQueue = `masked-${randomUUID()}`;
  await server.worker({ taskQueue, dataConverter });
  const masked = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter }), {
    taskQueue,
  });
  const sessionId = randomUUID();
  const hidden = await masked.run('clientGate', { input: 'secret', sessionId });
  const open = await client.run('clientGate', { input: 'plain', sessionId });
  const read = async () => (await client.getSession(sessionId)).runs;
  await vi.waitUntil(async () => (await read()).length === 2, { timeout: 20_000 });
  expect(await read()).toMatchObject([
    { runId: hidden.runId, status: 'paused', complete: false, workflowName: 'clientGate' },
    { runId: open.runId, status: 'paused', complete: true },
  ]);
  await client.temporal.workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: open.runId },
  });
  await vi.waitUntil(async () => (await read()).length === 1, { timeout: 20_000 });
  // Who cannot read it can stop it.
  expect(await client.cancel(hidden.runId, 'stop').catch((error: unknown) => error)).toBeDefined();
  expect((await masked.getRun(hidden.runId)).status).toBe('cancelled');
});

test.concurrent('a session that is named after a long run id is that of this run alone', async ({ skip }) => {
  skip(process.env.HOLDPOINT_TEST_ADDRESS !== undefined, 'PostgreSQL has no room for the id');
  // The search attribute has only its beginning.
  const [runId, other] = ['x', 'y'].map((last) => `${'r'.repeat(300)}-${randomUUID()}-${last}`);
  await client.run('clientGate', { input: 1, runId: runId! });
  await client.run('clientGate', { input: 1, runId: other! });
  await vi.waitUntil(async () => (await client.getSession(other!)).runs.length > 0, { timeout: 20_000 });
  expect((await client.getSession(runId!)).runs.map((run) => run.runId)).toEqual([runId]);
});

test.concurrent('a server that is away for the moment in which a run ends', async () => {
  const connection = await Connection.connect({ address: inject('address') });
  const own = new HoldpointClient(new Client({ connection }), { taskQueue: server.taskQueue });
  const run = await own.run('clientGate', { input: 1 });
  run.activeStepRequirements[0]!.confirm();
  const away = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: 'away', metadata: {} });
  const asked = vi.spyOn(connection.workflowService, 'describeWorkflowExecution').mockRejectedValueOnce(away);
  expect((await own.continueRun(run)).content).toBe('b');
  expect(asked.mock.calls.length).toBeGreaterThan(1);
  asked.mockImplementation(() => new Promise(() => {}) as never);
  const again = await client.run('clientGate', { input: 1 });
  again.activeStepRequirements[0]!.confirm();
  await client.continueRun(again);
  await expect(own.wait(again, { timeout: '1s' })).rejects.toThrow(WaitTimeout);
  asked.mockRestore();
  await connection.close();
});

test.concurrent('a client is closed while requests of its waits are under way', async () => {
  await Promise.all(
    [1, 2, 3].map(async () => {
      const own = new HoldpointClient(
        new Client({ connection: await Connection.connect({ address: inject('address') }) }),
        {
          taskQueue: 'of-nobody',
          onWaiting: () => {},
        },
      );
      const { runId } = await own.start('clientGate', { input: 1 });
      const reads = Promise.allSettled([own.getRun(runId), own.audit(runId)]);
      await expect(own.wait(runId, { timeout: '200ms' })).rejects.toThrow(WaitTimeout);
      await own.close();
      // An error after that would be nobody's: it ends the process.
      await reads;
      await expect(own.getRun(runId)).rejects.toThrow(ClientClosed);
      await server.client.workflow.getHandle(runId).terminate();
    }),
  );
  await sleep(500);
});

test('junk signals and hundreds of refused answers leave the fate of a good one clear', async () => {
  const run = await client.run('clientGate', { input: 1 });
  const late = await client.getRun(run.runId);
  const handle = server.client.workflow.getHandle(run.runId);
  for (const junk of [undefined, null, [], 'x', { decisionId: 5 }, { decisionId: 'j', decisions: [{}] }]) {
    await handle.signal('continueRun', junk);
  }
  const forged = { requirement: 'nothing', action: 'confirm' };
  await Promise.all(
    Array.from({ length: 200 }, () => handle.signal('continueRun', { decisionId: randomUUID(), decisions: [forged] })),
  );
  run.activeStepRequirements[0]!.confirm();
  expect(await client.continueRun(run, { by: 'ann' })).toMatchObject({
    status: 'completed',
    refusedAnswers: { count: 206 },
  });
  late.activeStepRequirements[0]!.confirm();
  await expect(client.continueRun(late)).rejects.toThrow(RequirementAlreadyResolved);
});

test('an answer that is too large is refused before it is sent', async () => {
  const { runId } = await client.run('clientGate', { input: 1 });
  const decisions = [{ requirement: 'b#confirmation', action: 'reject' as const, feedback: 'x'.repeat(600_000) }];
  await expect(client.continueRun({ runId, decisions })).rejects.toThrow(InvalidAnswer);
});

test('what waits is listed from memos where no search attributes are registered', async () => {
  const namespace = `bare-${randomUUID()}`;
  const { connection } = server.client;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const taskQueue = `bare-${randomUUID()}`;
  await sleep(2_000);
  await server.worker({ taskQueue, namespace, searchAttributes: false });
  const bare = new HoldpointClient(new Client({ connection, namespace }), { taskQueue });
  const { runId } = await bare.run('clientGate', { input: 1 });
  await expect
    .poll(
      async () => {
        for await (const paused of bare.listPaused()) return paused;
      },
      { timeout: 5_000 },
    )
    .toMatchObject({ runId, workflowName: 'clientGate', openCount: 1, open: [{ id: 'b#confirmation' }] });
}, 40_000);

/** Stands for encryption. */
class Mask implements PayloadCodec {
  async encode(payloads: Payload[]): Promise<Payload[]> {
    const mask = (payload: Payload) =>
      Buffer.from(JSON.stringify([payload.metadata, payload.data], bytes)).map((byte) => byte ^ 1);
    return payloads.map((payload) => ({ metadata: { encoding: Buffer.from('binary/masked') }, data: mask(payload) }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map(({ data }) => {
      const [metadata, content] = JSON.parse(Buffer.from(data!.map((byte) => byte ^ 1)).toString(), unbytes);
      return { metadata, data: content };
    });
  }
}

function bytes(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Uint8Array ? { base64: Buffer.from(raw).toString('base64') } : value;
}

function unbytes(_: string, value: { base64?: string }): unknown {
  return typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value;
}
