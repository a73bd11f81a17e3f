/** A key that may do only some things, and a server that limits requests: what is missing is told, and nothing hangs. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { findRun } from '../../client/cli/find.ts';
import { HoldpointClient } from '../../client/client.ts';
import { connect } from '../../client/connect.ts';
import { AccessDenied, ServerUnavailable } from '../../client/errors.ts';
import { GRPC } from '../../client/server-call.ts';
import { startProxy } from '../support/grpc-proxy.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let whole: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  whole = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

/** A client that the server answers with this status, for some methods. */
async function refused(status: number, methods: readonly string[]) {
  const isRefused = (method: string) =>
    method !== 'GetSystemInfo' && (methods.length === 0 || methods.includes(method));
  const proxy = await startProxy(inject('address'), (method) =>
    isRefused(method) ? { lost: 'call', status } : undefined,
  );
  const connection = await Connection.connect({ address: proxy.address });
  const told: string[] = [];
  const onWaiting = (message: string) => void told.push(message);
  const client = new HoldpointClient(new Client({ connection }), { taskQueue: server.taskQueue, onWaiting });
  const close = async () => {
    await client.close();
    proxy.stop();
  };
  return { client, told, close };
}

const failureOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => error);

test.concurrent('who may not read histories hears that the answer has arrived, and that the run is there', async () => {
  const { client, close } = await refused(GRPC.permissionDenied, ['GetWorkflowExecutionHistory']);
  const { runId } = await whole.run('clientGate', { input: 'IN' });
  const answer = { runId, decisions: [{ requirement: 'b#confirmation', action: 'confirm' }] } as const;
  const unread = await failureOf(client.continueRun(answer));
  expect(unread).toBeInstanceOf(AccessDenied);
  expect(String(unread)).toMatch(`Run '${runId}' has your answer: look at it before you answer again.`);
  expect(await whole.wait(runId)).toMatchObject({ status: 'completed' });

  const started = `started-${randomUUID()}`;
  const alone = await failureOf(client.run('clientGate', { input: 'IN', runId: started }));
  expect(alone).toBeInstanceOf(AccessDenied);
  expect(String(alone)).toMatch(`Run '${started}' goes by what it was told before.`);
  const reads = [client.audit(runId), client.events(runId)[Symbol.asyncIterator]().next()];
  for (const error of await Promise.all(reads.map(failureOf))) expect(error).toBeInstanceOf(AccessDenied);
  await close();
});

test.concurrent('who may not query answers all the same, and hears why the fate of an answer is unknown', async () => {
  const { client, close } = await refused(GRPC.permissionDenied, ['QueryWorkflow']);
  const { runId } = await whole.run('clientTwice', { input: 'IN' });
  const [first, second] = [await client.getRun(runId), await client.getRun(runId)];
  for (const run of [first, second]) run.activeStepRequirements[0]!.confirm();
  expect(await client.continueRun(first)).toMatchObject({ pausedStepName: 'two' });
  const late = await failureOf(client.continueRun(second, { timeout: '20s' }));
  expect(late).toBeInstanceOf(AccessDenied);
  expect(String(late)).toMatch(`Run '${runId}' has your answer: look at it before you answer again.`);
  await close();
}, 30_000);

test.concurrent('a wait for a worker is told also where nobody may ask for workers', async () => {
  for (const status of [GRPC.permissionDenied, GRPC.unimplemented]) {
    const { client, told, close } = await refused(status, ['DescribeTaskQueue']);
    const taskQueue = `nobody-${randomUUID()}`;
    const run = await client.start('clientGate', { input: 'IN', taskQueue });
    const reason = `waiting for a worker: this client may not ask who polls task queue '${taskQueue}'; run '${run.runId}' needs one (npx holdpoint worker)`;
    expect(await failureOf(client.wait(run, { timeout: '4s' }))).toMatchObject({ waitingFor: reason });
    expect(told).toEqual([reason]);
    await close();
  }
}, 30_000);

test.concurrent('a wait says that the history does not come', async () => {
  const { client, told, close } = await refused(GRPC.internal, ['GetWorkflowExecutionHistory']);
  const run = await client.start('clientGate', { input: 'IN' });
  const reason = `waiting for run '${run.runId}' to go on; reading its history fails with: no reason is known`;
  expect(await failureOf(client.wait(run, { timeout: '4s' }))).toMatchObject({ waitingFor: reason });
  expect(told).toEqual([reason]);
  await close();
});

test.concurrent('an unknown run is unknown also where nobody may list', async () => {
  const { client, close } = await refused(GRPC.permissionDenied, ['ListWorkflowExecutions']);
  const runId = `typo-${randomUUID()}`;
  expect(await failureOf(findRun(client, runId))).toMatchObject({
    exitCode: 4,
    message: `There is no run '${runId}' in namespace 'default'.`,
  });
  await close();
});

test.concurrent('a server that limits requests is no server that is not there', async () => {
  const { client, close } = await refused(GRPC.resourceExhausted, []);
  const calls = [
    client.start('clientGate', { input: 'IN' }),
    client.getRun('a-run'),
    client.getSession('a-session'),
    client.listPaused()[Symbol.asyncIterator]().next(),
    client.audit('a-run'),
  ];
  for (const error of await Promise.all(calls.map(failureOf))) {
    expect(error).toBeInstanceOf(ServerUnavailable);
    expect(String(error)).toMatch(
      /does not answer in time: it has too much to do, limits the requests of this namespace/,
    );
    expect(String(error)).not.toContain('npx holdpoint dev');
  }
  await close();
}, 40_000);

test('nor is one that limits them when a client is made', async () => {
  const proxy = await startProxy(inject('address'), () => ({ lost: 'call', status: GRPC.resourceExhausted }));
  vi.stubEnv('TEMPORAL_ADDRESS', proxy.address);
  const error = await failureOf(connect());
  vi.unstubAllEnvs();
  expect(error).toMatchObject({ isLate: true, message: expect.stringContaining('(from TEMPORAL_ADDRESS) does not') });
  proxy.stop();
}, 40_000);
