/** Calls that a network loses, and answers that it loses: no call hangs, and its error says what may have happened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { AccessDenied, ServerUnavailable } from '../../client/errors.ts';
import { GRPC } from '../../client/server-call.ts';
import { type Lost, startProxy } from '../support/grpc-proxy.ts';
import { openServer, type TestServer } from '../support/server.ts';

const service = temporal.api.workflowservice.v1;

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** A client behind a network that loses what the function says. */
async function behind(loses: (method: string, request: Uint8Array) => Lost | undefined) {
  const proxy = await startProxy(inject('address'), loses);
  const connection = await Connection.connect({ address: proxy.address });
  const client = new HoldpointClient(new Client({ connection }), { taskQueue: server.taskQueue, onWaiting: () => {} });
  const close = async () => {
    await client.close();
    proxy.stop();
  };
  return { client, close };
}

const failureOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => error);

test.concurrent('a server that takes every call and says nothing: none hangs', async () => {
  const { client, close } = await behind((method) => (method === 'GetSystemInfo' ? undefined : { lost: 'call' }));
  const calls = [
    client.getRun('a-run'),
    client.wait('a-run'),
    client.getSession('a-session'),
    client.listPaused()[Symbol.asyncIterator]().next(),
    client.audit('a-run'),
    client.cancel('a-run', 'a reason'),
    client.continueRun({ runId: 'a-run', decisions: [{ requirement: 'a', action: 'confirm' }] }),
  ];
  for (const error of await Promise.all(calls.map(failureOf))) expect(error).toBeInstanceOf(ServerUnavailable);
  await close();
}, 30_000);

test.concurrent('an audit whose history does not come ends too', async () => {
  const { client, close } = await behind((method) =>
    method === 'GetWorkflowExecutionHistory' ? { lost: 'call' } : undefined,
  );
  const { runId } = await client.start('clientGate', { input: 1 });
  expect(await failureOf(client.audit(runId))).toBeInstanceOf(ServerUnavailable);
  await close();
}, 30_000);

test.concurrent('a call that is cancelled on its way is one that the server did not answer', async () => {
  const lost = { lost: 'call', status: GRPC.cancelled } as const;
  const { client, close } = await behind((method) => (method === 'GetSystemInfo' ? undefined : lost));
  const calls = [
    client.start('clientGate', { input: 1 }),
    client.getRun('a-run'),
    client.getSession('a-session'),
    client.listPaused()[Symbol.asyncIterator]().next(),
  ];
  for (const error of await Promise.all(calls.map(failureOf))) expect(error).toBeInstanceOf(ServerUnavailable);
  const long = await failureOf(client.start('clientGate', { input: 1, runId: 'r'.repeat(300) }));
  expect(String(long)).toContain(
    'has an id of 300 characters: on PostgreSQL or MySQL the server never takes more than 255.',
  );
  await close();
});

test.concurrent('a server that refuses access: the error says what to check', async () => {
  for (const status of [GRPC.permissionDenied, GRPC.unauthenticated]) {
    const { client, close } = await behind((method) =>
      method === 'GetSystemInfo' ? undefined : { lost: 'call', status },
    );
    const calls = [
      client.start('clientGate', { input: 1 }),
      client.getRun('a-run'),
      client.audit('a-run'),
      client.getSession('a-session'),
      client.listPaused()[Symbol.asyncIterator]().next(),
    ];
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toBeInstanceOf(AccessDenied);
      expect(String(error)).toMatch(/refuses: access denied; check the API key .* in namespace 'default'\.$/);
    }
    await close();
  }
});

test.concurrent('a run that started without a word of the server can be found', async () => {
  const { client, close } = await behind((method) =>
    method === 'StartWorkflowExecution' ? { lost: 'answer' } : undefined,
  );
  const error = await failureOf(client.start('clientGate', { input: 1 }));
  expect(error).toBeInstanceOf(ServerUnavailable);
  const { runId, message } = error as ServerUnavailable;
  expect(message).toContain(`Run '${runId}' may have started all the same: look for it before you start it again.`);
  expect((await client.wait(runId!)).status).toBe('paused');
  await close();
}, 30_000);

test.concurrent('an answer that arrived without a word of the server: the error says that it may have', async () => {
  const { client, close } = await behind((method) =>
    method === 'SignalWorkflowExecution' ? { lost: 'answer' } : undefined,
  );
  const run = await client.run('clientGate', { input: 1 });
  run.activeStepRequirements[0]!.confirm();
  const { runId } = run;
  expect(await failureOf(client.continueRun(run))).toMatchObject({
    name: 'ServerUnavailable',
    runId,
    message: expect.stringContaining(
      `Run '${runId}' may have your answer all the same: look at it before you answer again.`,
    ),
  });
  expect((await client.wait(run)).status).toBe('completed');
  await close();
}, 30_000);

// By itself: the start waits no longer than ten seconds for all of it.
test('a run that has continued as new before the start is heard of is no other run', async () => {
  const { workflow } = server.client;
  const chain = new Set<string>();
  let goneOn: Promise<void> | undefined;
  const { client, close } = await behind((method, request) => {
    if (method !== 'StartWorkflowExecution' || goneOn) return undefined;
    const { workflowId } = service.StartWorkflowExecutionRequest.decode(request);
    goneOn = (async () => {
      const handle = workflow.getHandle(workflowId);
      while (chain.size < 2) {
        await sleep(20);
        const { runId } = await handle.describe().catch(() => ({ runId: undefined }));
        if (runId === undefined || chain.has(runId)) continue;
        chain.add(runId);
        // Answers to nothing: history, and no more. All at once: a run does not continue as new while it gets signals.
        if (chain.size === 1) await Promise.all(Array.from({ length: 50 }, () => handle.signal('approve', {})));
      }
    })();
    return { lost: 'answer', status: GRPC.unavailable, until: goneOn };
  });
  const run = await client.start('longPaused', { input: 'IN' });
  expect(chain.size).toBe(2);
  expect((await client.wait(run)).activeStepRequirements).toHaveLength(2);
  await close();
}, 30_000);
