/**
 * Temporal Cloud, and clusters that check permissions, keep the operator service from workers and clients. What waits for a
 * human is listed all the same: where an administrator has registered the search attributes, before, and after.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { listedRuns } from '../../client/cli/listing.ts';
import { ATTRIBUTES } from '../../client/search-attributes.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { startBareServer } from '../support/bare-server.ts';
import { startProxy } from '../support/grpc-proxy.ts';
import { runWorker } from '../support/server.ts';

const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

let server: Awaited<ReturnType<typeof startBareServer>>;
let admin: Connection;
beforeAll(async () => {
  server = await startBareServer(inject('cli'));
  admin = await Connection.connect({ address: server.address });
});
afterAll(async () => {
  await admin.close();
  await server.stop();
});

async function register(): Promise<void> {
  const searchAttributes = Object.fromEntries(ATTRIBUTES.map(({ name, wire }) => [name, wire]));
  await admin.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
}

/** A worker and a client behind a proxy that answers for the operator service. */
async function behind(status: number, use: (client: HoldpointClient, warnings: string[]) => Promise<void>) {
  const proxy = await startProxy(server.address, (method) =>
    method.endsWith('SearchAttributes') ? { lost: 'call', status } : undefined,
  );
  const { address } = proxy;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const warnings: string[] = [];
  const warn = vi.spyOn(Runtime.instance().logger, 'warn').mockImplementation((message) => void warnings.push(message));
  const taskQueue = randomUUID();
  const workflowBundle = { code: readFileSync(inject('bundlePath'), 'utf8') };
  const worker = runWorker(await createWorker({ connection: native, taskQueue, workflowBundle }));
  warn.mockRestore();
  try {
    const ofAttributes = warnings.filter((warning) => warning.startsWith('Search attributes'));
    await use(new HoldpointClient(new Client({ connection }), { taskQueue }), ofAttributes);
  } finally {
    await worker.stop();
    await connection.close();
    await native.close();
    proxy.stop();
  }
}

const paused = async (client: HoldpointClient) => {
  const ids: string[] = [];
  for await (const { runId } of client.listPaused()) ids.push(runId);
  return ids.toSorted();
};

const listed = async (client: HoldpointClient) => {
  const ids: string[] = [];
  for await (const { runId } of listedRuns(client.temporal, { paused: true })) ids.push(runId);
  return ids.toSorted();
};

test('what waits is listed before, and after the attributes are registered', async () => {
  const runs: string[] = [];
  await behind(PERMISSION_DENIED, async (client, warnings) => {
    expect(warnings).toEqual([expect.stringMatching(/in Temporal Cloud: tcld .* --sa HoldpointStatus=Keyword/)]);
    runs.push((await client.run('attributed', { input: 'IN' })).runId);
    await expect.poll(() => paused(client), { timeout: 5_000 }).toEqual(runs);
    expect(await listed(client)).toEqual(runs);
  });

  await register();
  for (const status of [PERMISSION_DENIED, UNIMPLEMENTED]) {
    await behind(status, async (client, warnings) => {
      expect(warnings).toEqual([]);
      const sessionId = randomUUID();
      const { runId } = await client.run('attributed', { input: 'IN', sessionId });
      runs.push(runId);
      await expect.poll(() => paused(client), { timeout: 5_000 }).toEqual(runs.toSorted());
      expect(await listed(client)).toEqual(runs.toSorted());
      expect((await client.getSession(sessionId)).runs).toMatchObject([{ runId, status: 'paused' }]);
    });
  }
}, 60_000);
