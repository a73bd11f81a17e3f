/** With external storage: data larger than a message go their whole way, and out of the server's sight. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { DataConverter, StorageDriver } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { encryptedDataConverter } from '../../client/encryption.ts';
import { fileStorage } from '../../client/file-storage.ts';
import { storedDataConverter } from '../../client/external-storage.ts';
import { bundleWorkflows, type WorkflowBundle } from '../../worker/bundle.ts';
import { agents, call, calls, play, prompts } from '../support/agents.ts';
import { eventsOf } from '../support/history.ts';
import { largeActivities, made } from '../support/large.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { openServer, type TestServer } from '../support/server.ts';

const MB = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-payloads-'));
const keys = [{ id: 'test', key: randomBytes(32).toString('base64') }];
const files = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /^..\/[0-9a-f]{62}$/.test(name));

let server: TestServer;
let dataConverter: DataConverter;
let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  dataConverter = storedDataConverter({ folder }, await encryptedDataConverter({ keys }));
  const { failureConverterPath } = dataConverter;
  workflowBundle = await bundleWorkflows({
    workflowsPath: join(import.meta.dirname, '../workflows/large.ts'),
    failureConverterPath: failureConverterPath!,
  });
  server = await openServer(largeActivities);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A client of its own task queue, and what starts workers on it that share nothing but the folder. */
function open() {
  const taskQueue = `large-${randomUUID()}`;
  const waiting: string[] = [];
  const client = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter }), {
    taskQueue,
    onWaiting: (message) => waiting.push(message),
  });
  const worker = async () =>
    server.worker({
      ...{ taskQueue, workflowBundle, activities: largeActivities },
      dataConverter: storedDataConverter({ folder }, await encryptedDataConverter({ keys })),
    });
  return { client, worker, waiting };
}

async function recordedOf(client: HoldpointClient, workflowId: string): Promise<Recorded> {
  return { workflowId, history: { events: await eventsOf(client.temporal.workflow.getHandle(workflowId)) } };
}

const replay = (...recorded: Recorded[]) => replayProblems(workflowBundle.code, recorded, { dataConverter });

test('an output of 5 MB is reviewed, edited, read by another worker, and replayed', async () => {
  const { client, worker } = open();
  const first = await worker();
  const { runId } = await client.run('largeReview', { input: 5 * MB });
  // Under load the worker needs longer than a query waits; until then there is a preview.
  let run = await vi.waitUntil(
    async () => {
      const looked = await client.getRun(runId);
      return looked.complete && looked;
    },
    { timeout: 30_000 },
  );
  const [requirement] = run.stepsRequiringOutputReview;
  expect(requirement!.output).toBe('x'.repeat(5 * MB));
  requirement!.edit('y'.repeat(4 * MB));
  await first.stop();
  await worker();
  run = await client.continueRun(run, { by: 'ann' });
  expect(run).toMatchObject({ status: 'completed', complete: true, content: expect.any(Number) });
  expect(run.content).toBeGreaterThan(8 * MB);
  expect(run.stepResults[0]).toMatchObject({ content: 'y'.repeat(4 * MB) });
  expect(await client.getRun(run.runId)).toEqual(run);
  const told: string[] = [];
  for await (const { event } of client.events(run.runId)) told.push(event);
  expect(told).toEqual(
    expect.arrayContaining(['WorkflowStarted', 'StepOutputReview', 'StepContinued', 'WorkflowCompleted']),
  );
  expect((await client.audit(run.runId)).map(({ what }) => what)).toEqual([
    'started',
    'asked',
    'sent',
    'decided',
    'ended',
  ]);
  const recorded = await recordedOf(client, run.runId);
  expect(await replay(recorded)).toEqual([]);
  expect(JSON.stringify(recorded.history).length).toBeLessThan(50_000);
  const stored = files().map((name) => readFileSync(join(folder, name)));
  expect(stored.some(({ length }) => length > 5 * MB)).toBe(true);
  expect(stored.filter((file) => file.includes('xxxxxxxx') || file.includes('yyyyyyyy'))).toEqual([]);
});

describe('passes', () => {
  let client: HoldpointClient;
  const recorded: Recorded[] = [];
  beforeAll(async () => {
    const opened = open();
    client = opened.client;
    await opened.worker();
  });

  test.each([
    ['a local activity’s result', 'largeLocal', 2.5 * MB],
    ['a result in a function', 'largeCall', 2.5 * MB],
    ['arguments in a function', 'largeArguments', 2.5 * MB],
    ['session state', 'largeState', 2.5 * MB],
    ['many outputs together', 'largeSum', 0.6 * MB],
    ['an inline output, twice in the next input', 'largeInline', 2.5 * MB],
  ])('%s', async (_, workflow, bytes) => {
    const run = await client.run(workflow, { input: bytes });
    expect(run.status).toBe('completed');
    if (workflow !== 'largeCall') expect(run.content).toBeGreaterThan(bytes);
    expect(run.truncated).toBeUndefined();
    recorded.push(await recordedOf(client, run.runId));
  });

  test('again in a replay', async () => {
    expect(recorded).toHaveLength(6);
    expect(await replay(...recorded)).toEqual([]);
  });
});

test('a run goes on in another execution with 2.1 MB', async () => {
  const { client, worker } = open();
  await worker();
  let run = await client.run('largeLong', { input: 2.1 * MB });
  const executions = new Set<string>();
  while (run.isPaused) {
    executions.add((await client.temporal.workflow.getHandle(run.runId).describe()).runId);
    run.activeStepRequirements[0]!.confirm();
    run = await client.continueRun(run);
  }
  expect(run.content).toBeGreaterThan(2.1 * MB);
  expect(executions.size).toBeGreaterThan(1);
});

test('there is a limit, and its error does not say to configure what is there', async () => {
  const { client, worker } = open();
  await worker();
  const failed = await client.run('largeResult', { input: 21 * MB }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    name: 'RunFailed',
    message: expect.stringMatching(/has 21000002 bytes, more than the 20000000 that fit: return references/),
  });
});

test('a file that is missing stops the run with a clear error, and the run goes on when it is back', async () => {
  const { client, worker, waiting } = open();
  const first = await worker();
  const run = await client.run('largeReview', { input: 3 * MB });
  await first.stop();
  const away = `${folder}-away`;
  renameSync(folder, away);
  await worker();
  run.activeStepRequirements[0]!.confirm();
  const done = client.continueRun(run);
  await vi.waitUntil(() => waiting.some((message) => message.includes('cannot be read here: there is no file')), {
    timeout: 20_000,
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(away, folder);
  expect((await done).status).toBe('completed');
});

test('what has run behind a yes, and whose result the storage did not take, is told as what it is', async () => {
  let isFull = true;
  const disk = fileStorage(folder);
  const drivers: StorageDriver[] = [
    {
      ...disk,
      store: async (...given) => {
        if (isFull) throw new Error('ENOSPC: no space left on device, write');
        return disk.store(...given);
      },
    },
  ];
  const taskQueue = `full-${randomUUID()}`;
  const converter = storedDataConverter({ drivers }, await encryptedDataConverter({ keys }));
  await server.worker({ taskQueue, workflowBundle, activities: largeActivities, dataConverter: converter });
  const client = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter: converter }), {
    taskQueue,
  });
  let run = await client.run('largeGated', { input: 3 * MB });
  run.activeStepRequirements[0]!.confirm();
  run = await client.continueRun(run);
  expect(run.activeStepRequirements[0]).toMatchObject({
    kind: 'error',
    mayHaveRun: true,
    message: expect.stringMatching(/'make' may have run: the external storage 'files' did not take a payload: ENOSPC/),
  });
  expect(made.get(run.runId)).toBe(1);
  isFull = false;
  run.activeStepRequirements[0]!.retry();
  expect((await client.continueRun(run)).status).toBe('completed');
});

test('a client without the storage says so', async () => {
  const { client, worker } = open();
  await worker();
  const { runId } = await client.run('largeResult', { input: 3 * MB });
  const poor = new HoldpointClient(
    new Client({ connection: server.client.connection, dataConverter: await encryptedDataConverter({ keys }) }),
  );
  await expect(poor.getRun(runId)).rejects.toThrow(/cannot be read here: no external storage is configured/);
});

test('an agent reads tool results of 1 MB', async () => {
  const taskQueue = `large-${randomUUID()}`;
  const agentServer = await openServer({ agents }, 'agentBundlePath');
  const clear = storedDataConverter({ folder });
  await agentServer.worker({ taskQueue, dataConverter: clear });
  const client = new HoldpointClient(new Client({ connection: server.client.connection, dataConverter: clear }), {
    taskQueue,
  });
  const large = calls(call('returns', { bytes: MB }), call('returns', { bytes: MB }));
  const task = play(large, large, `read ${randomUUID()}`);
  const run = await client.run('agentAlone', { input: task });
  expect(run.status).toBe('completed');
  const heard = prompts.filter(({ user }) => user === task).at(-1)!.toolResults as string[];
  expect(heard.map(({ length }) => length)).toEqual([MB, MB, MB, MB]);
  await agentServer.close();
});
