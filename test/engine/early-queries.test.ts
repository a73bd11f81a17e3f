/**
 * Queries that wait for a worker while an answer arrives (H2, H6). The server may hand such a query over together with the
 * answer, and the SDK then runs the workflow on it at once, as at the time of the last workflow task, however long ago that
 * is: workflows/run/task-guard.ts.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { replayProblems } from '../support/replay.ts';
import { openServer, runWorker, type TestRun, type TestServer } from '../support/server.ts';

/** How long nothing works on the runs. */
const DOWN_MS = 2_000;
/** Whether the query or the workflow task comes first is the server's choice: one in two or three is a query. */
const RUNS = 12;

const CODE = readFileSync(inject('bundlePath'), 'utf8');

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

test('what is asked next has its whole time, queries are answered, and replays agree', async () => {
  const taskQueue = `early-${randomUUID()}`;
  const client = new HoldpointClient(server.client, { taskQueue, onWaiting: () => {} });
  const before = await server.worker({ taskQueue });
  const starting = Array.from({ length: RUNS }, () => server.start('twoQuestions', 'IN', {}, { taskQueue }));
  const runs = await Promise.all(starting);
  const asked = await Promise.all(runs.map((run) => run.pausedAt('confirmation', 'first')));
  await before.stop();
  await sleep(DOWN_MS);
  // Made before, so that it is at work at once: the client gives a query three seconds.
  const native = await NativeConnection.connect({ address: inject('address') });
  const after = await createWorker({ connection: native, taskQueue, workflowBundle: { code: CODE } });

  const queries = runs.map(({ handle }) => client.getRun(handle.workflowId));
  await sleep(300);
  const sent = Date.now();
  await Promise.all(runs.map((run, index) => run.answer('approve', asked[index]!)));
  // As `holdpoint replay` reads them: with an answer that no task has brought yet.
  expect(await replayAll(runs)).toEqual([]);
  const running = runWorker(after);
  // By a worker: a memo alone does not have the whole run.
  for (const run of await Promise.all(queries)) expect(run.complete).toBe(true);
  for (const run of runs) {
    const { createdAt, timeoutAt } = await run.pausedAt('confirmation', 'second');
    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(sent);
    expect(Date.parse(timeoutAt!) - Date.parse(createdAt)).toBe(3_600_000);
  }
  await running.stop();
  await native.close();
  expect(await replayAll(runs)).toEqual([]);
});

async function replayAll(runs: readonly TestRun[]): Promise<string[]> {
  const recorded = ({ handle }: TestRun) =>
    handle.fetchHistory().then((history) => ({ workflowId: handle.workflowId, history }));
  return replayProblems(CODE, await Promise.all(runs.map(recorded)));
}
