/** What a server keeps of a run full of secrets: all of them in the clear, and with encryption none. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { encryptedDataConverter } from '../../client/encryption.ts';
import { RunFailed } from '../../client/errors.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { activities, secretsOf } from '../support/secrets.ts';
import { runWorker } from '../support/server.ts';

const SECRETS = secretsOf();
const workflowsPath = join(import.meta.dirname, '../workflows/secrets.ts');

/** Plays all runs on a server of their own. @returns the secrets that its files have afterwards */
async function secretsLeft(dataConverter: DataConverter): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-secrets-'));
  const server = await startDevServer({ dataFile: join(folder, 'dev.db'), executable: inject('cli') });
  const { address } = server;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const told: unknown[] = [];
  const worker = runWorker(
    await createWorker({
      ...{ connection: native, workflowsPath, activities, dataConverter, shutdownGraceTime: 1 },
      onPause: { notify: (notification) => void told.push(notification) },
    }),
  );
  const waiting: string[] = [];
  const client = new HoldpointClient(new Client({ connection, dataConverter }), {
    onWaiting: (message) => waiting.push(message),
  });
  try {
    const stuck = client.run('stuck', { input: SECRETS.taskError, timeout: '30s' });
    stuck.catch(() => {});
    await play(client);
    expect(told).toContainEqual(
      expect.objectContaining({ requirement: expect.objectContaining({ message: SECRETS.message }) }),
    );
    await vi.waitUntil(() => waiting.some((message) => message.includes(SECRETS.taskError)), { timeout: 20_000 });
    const { runId } = await client.start('beats', { input: null });
    const beats = client.temporal.workflow.getHandle(runId);
    await vi.waitUntil(async () => (await beats.describe()).raw.pendingActivities?.[0]?.heartbeatDetails);
  } finally {
    await worker.stop();
    await client.close();
    await native.close();
    await server.stop();
  }
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  rmSync(folder, { recursive: true, force: true });
  expect(files.some((file) => file.includes('HoldpointStatus'))).toBe(true);
  return Object.values(SECRETS).filter((secret) => files.some((file) => file.includes(secret)));
}

/** The run of all pauses, looked at from all sides. */
async function play(client: HoldpointClient): Promise<void> {
  const { input, additionalData, sessionState, userInput, feedback, edited } = SECRETS;
  let run = await client.run('secrets', {
    input: { input },
    additionalData: { additionalData },
    sessionState: { sessionState },
  });
  run.activeStepRequirements[0]!.confirm();
  run.activeStepRequirements[0]!.setUserInput({ text: userInput });
  run = await client.continueRun(run, { by: 'ann' });
  run.activeStepRequirements[0]!.reject(feedback);
  run = await client.continueRun(run, { by: 'ann' });
  run.activeStepRequirements[0]!.edit(edited);
  run = await client.continueRun(run, { by: 'ann' });
  run.activeStepRequirements[0]!.tools[0]!.confirm();
  run = await client.continueRun(run, { by: 'ann' });
  const [paused] = await vi.waitUntil(async () => {
    const found = await all(client.listPaused());
    return found[0]?.open[0]?.kind === 'error' && found;
  });
  expect(paused!.open[0]).toMatchObject({ kind: 'error', message: expect.stringContaining(SECRETS.pausedError) });
  run.activeStepRequirements[0]!.skip();
  const failed = await client.continueRun(run, { by: 'ann' }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(RunFailed);
  expect((failed as RunFailed).message).toContain(SECRETS.thrown);
  const events = JSON.stringify(await all(client.events(run.runId)));
  expect(events).toContain(userInput);
  expect(JSON.stringify(await client.audit(run.runId))).toContain(feedback);
  if (client.temporal.options.loadedDataConverter.payloadCodecs.length === 0) return;
  const history = await client.temporal.workflow.getHandle(run.runId).fetchHistory();
  const attributes = ['HoldpointDue', 'HoldpointSession', 'HoldpointStatus', 'HoldpointStep', 'TemporalChangeVersion'];
  // `data`: which local activity it was, and when.
  expect([...new Set(clearPayloads(JSON.parse(JSON.stringify(history))))].toSorted()).toEqual(
    [...attributes, 'data', 'patch-data'].toSorted(),
  );
}

test('with encryption none of them can be found; without, each', async () => {
  const keys = [{ id: 'test', key: randomBytes(32).toString('base64') }];
  const [left, clear] = await Promise.all([
    encryptedDataConverter({ keys }).then(secretsLeft),
    secretsLeft({ payloadCodecs: [] }),
  ]);
  expect(left).toEqual([]);
  expect(clear).toEqual(Object.values(SECRETS));
});

/** The fields of a history that have a payload in the clear. */
function clearPayloads(value: unknown, field = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => clearPayloads(each, field));
  if (typeof value !== 'object' || value === null) return [];
  const { encoding } = (value as { metadata?: { encoding?: string } }).metadata ?? {};
  if (encoding) return Buffer.from(encoding, 'base64').toString() === 'binary/encrypted' ? [] : [field];
  return Object.entries(value).flatMap(([name, each]) => clearPayloads(each, name === 'payloads' ? field : name));
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}
