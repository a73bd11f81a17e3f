/** kill -9 of the embedded server at a pause: on the same data file and port, the run goes on. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, expect, inject, test } from 'vitest';
import { createWorker } from '../../worker/create-worker.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { runWorker, TestRun } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-server-'));
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

test('the run goes on, with the same worker', async () => {
  const options = { executable: inject('cli'), dataFile: join(folder, 'dev.db') };
  const first = await startDevServer(options);
  const { address } = first;
  const client = new Client({ connection: await Connection.connect({ address }) });
  closing.push(() => client.connection.close());
  const connection = await NativeConnection.connect({ address });
  closing.push(() => connection.close());
  const taskQueue = `crash-${randomUUID()}`;
  const workflowBundle = { code: readFileSync(inject('bundlePath'), 'utf8') };
  const worker = runWorker(await createWorker({ connection, taskQueue, workflowBundle }));
  closing.push(() => worker.stop());

  const workflowId = `skeleton-${randomUUID()}`;
  const run = new TestRun(await client.workflow.start('skeleton', { taskQueue, workflowId, args: ['IN'] }));
  const requirement = await run.pausedAt('confirmation');

  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await startDevServer({ ...options, port: Number(address.split(':')[1]) });
  closing.push(() => second.stop());
  expect(second.address).toBe(address);

  await run.answer('approve', requirement, { by: 'ann' });
  expect(await run.result()).toMatchObject({ status: 'completed', content: 'b<a<IN>>' });
});
