/**
 * Queries that wait for a worker while an answer arrives (H2, H6). The server may hand such a query over together with the
 * answer, and the SDK then runs the workflow on it at once, as at the time of the last workflow task, however long ago that
 * is: workflows/run/task-guard.ts.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { encryptedDataConverter } from '../../client/encryption.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { runWorker, TestRun } from '../support/server.ts';

/** How long nothing works on the runs. */
const DOWN_MS = 2_000;
/** Whether the query or the workflow task comes first is the server's choice: often enough it is the query. */
const RUNS = 12;

const encrypted = await encryptedDataConverter({ keys: [{ id: 'k', key: randomBytes(32).toString('base64') }] });

test.each<[string, DataConverter]>([
  ['', {}],
  [', also where errors are encrypted', encrypted],
])('what is asked next has its whole time, queries are answered, replays agree%s', async (_, dataConverter) => {
  const address = inject('address');
  const taskQueue = `early-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), dataConverter });
  const holdpoint = new HoldpointClient(client, { taskQueue, onWaiting: () => {} });
  const { failureConverterPath } = dataConverter;
  const workflowBundle = await bundleWorkflows({
    workflowsPath: join(import.meta.dirname, '../workflows/published.ts'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  const worker = () => createWorker({ connection, taskQueue, workflowBundle, dataConverter });
  const before = runWorker(await worker());
  const runs = await Promise.all(
    Array.from({ length: RUNS }, async () => {
      const options = { taskQueue, workflowId: `early-${randomUUID()}`, args: ['IN'] };
      return new TestRun(await client.workflow.start('twoQuestions', options));
    }),
  );
  const asked = await Promise.all(runs.map((run) => run.pausedAt('confirmation', 'first')));
  await before.stop();
  await sleep(DOWN_MS);
  // Made before, so that it is at work at once: the client gives a query three seconds.
  const next = await worker();

  const queries = runs.map(({ handle }) => holdpoint.getRun(handle.workflowId));
  await sleep(300);
  const sent = Date.now();
  await Promise.all(runs.map((run, index) => run.answer('approve', asked[index]!)));
  // As `holdpoint replay` reads them: with an answer that no task has brought yet.
  const untaken = await recorded(runs);
  const after = runWorker(next);
  // By a worker: a memo alone does not have the whole run. On a busy machine three seconds may pass first: then once more.
  for (let run of await Promise.all(queries)) {
    if (!run.complete) run = await holdpoint.getRun(run.runId);
    expect(run.complete).toBe(true);
  }
  for (const run of runs) {
    const { createdAt, timeoutAt } = await run.pausedAt('confirmation', 'second');
    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(sent);
    expect(Date.parse(timeoutAt!) - Date.parse(createdAt)).toBe(3_600_000);
  }
  await after.stop();
  for (const histories of [untaken, await recorded(runs)]) {
    expect(await replayProblems(workflowBundle.code, histories, { dataConverter })).toEqual([]);
  }
  await holdpoint.close();
  await connection.close();
});

function recorded(runs: readonly TestRun[]): Promise<Recorded[]> {
  return Promise.all(
    runs.map(async ({ handle }) => ({ workflowId: handle.workflowId, history: await handle.fetchHistory() })),
  );
}
