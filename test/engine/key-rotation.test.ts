/** Runs while keys change: an answer under a key that the worker does not have waits for it, and nothing is lost. */
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { encryptedDataConverter } from '../../client/encryption.ts';
import { openServer, type RunningWorker, type TestServer } from '../support/server.ts';

const key = (id: string) => ({ id, key: randomBytes(32).toString('base64') });
const [first, second] = [key('first'), key('second')];
const taskQueue = `rotation-${randomUUID()}`;
const waiting: string[] = [];

let server: TestServer;
let worker: RunningWorker;
let before: DataConverter;
let after: DataConverter;
beforeAll(async () => {
  server = await openServer();
  before = await encryptedDataConverter({ keys: [first] });
  after = await encryptedDataConverter({ keys: [second, first] });
  worker = await server.worker({ taskQueue, dataConverter: before });
});
afterAll(() => server.close());

function client(dataConverter: DataConverter): HoldpointClient {
  const temporal = new Client({ connection: server.client.connection, dataConverter });
  return new HoldpointClient(temporal, { taskQueue, onWaiting: (message) => waiting.push(message) });
}

test('an answer under a new key is taken once the worker has that key', async () => {
  const { runId } = await client(before).run('clientGate', { input: 'IN' });
  const run = await client(after).getRun(runId);
  run.activeStepRequirements[0]!.confirm();
  const answered = client(after).continueRun(run);
  await vi.waitUntil(() => waiting.length > 0, { timeout: 20_000 });
  expect(waiting[0]).toContain("a payload is encrypted with key 'second', which is not here (there are first)");
  await worker.stop();
  worker = await server.worker({ taskQueue, dataConverter: after });
  expect(await answered).toMatchObject({ status: 'completed', refusedAnswers: { count: 0 } });
});

test('a run with a signal that nobody can decrypt goes on after a reset to before it', async () => {
  const holdpoint = client(after);
  const { runId } = await holdpoint.run('clientGate', { input: 'IN' });
  const metadata = { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('nobody’s') };
  const { connection, options } = server.client;
  await connection.workflowService.signalWorkflowExecution({
    ...{ namespace: options.namespace, workflowExecution: { workflowId: runId }, signalName: 'approve' },
    input: { payloads: [{ metadata, data: randomBytes(50) }] },
  });
  const stuck = holdpoint.temporal.workflow.getHandle(runId);
  await vi.waitUntil(async () => Number((await stuck.describe()).raw.pendingWorkflowTask?.attempt) > 1, {
    timeout: 20_000,
  });
  await promisify(execFile)(inject('cli'), [
    ...['workflow', 'reset', '--workflow-id', runId, '--address', inject('address'), '--reason', 'a forged signal'],
    ...['--type', 'LastWorkflowTask', '--reapply-exclude', 'Signal'],
  ]);
  const run = await holdpoint.wait(runId);
  run.activeStepRequirements[0]!.confirm();
  expect(await holdpoint.continueRun(run)).toMatchObject({ status: 'completed' });
});
