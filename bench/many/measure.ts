/** Ten thousand paused runs: held, listed, and some of them answered. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker } from 'holdpoint/worker';
import { type Bench, inParallel } from '../bench.ts';
import { percentile } from '../statistics.ts';
import * as activities from '../steps/activities.ts';
import type { Table } from '../table.ts';

const ANSWERED = 200;

export async function measureMany({ client, connection }: Bench, table: Table, runs = 10_000): Promise<void> {
  const taskQueue = `bench-many-${randomUUID()}`;
  const workflowsPath = fileURLToPath(new URL('../steps/workflows.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities });
  const holdpoint = new HoldpointClient(client, { taskQueue });
  await worker.runUntil(async () => {
    const began = performance.now();
    const ids = await start(holdpoint, runs);
    const filter = `TaskQueue = '${taskQueue}' AND HoldpointStatus = 'paused'`;
    while ((await client.workflow.count(filter)).count < runs) await sleep(100);
    const held = performance.now() - began;
    const before = performance.now();
    let listed = 0;
    for await (const { open } of holdpoint.listPaused()) if (open.length > 0) listed += 1;
    const list = performance.now() - before;
    const times: number[] = [];
    for (let index = 0; index < ANSWERED; index += 1) {
      const run = await holdpoint.getRun(ids[Math.floor((index * runs) / ANSWERED)]!);
      const sent = performance.now();
      run.activeStepRequirements[0]!.confirm();
      await holdpoint.continueRun(run);
      times.push(performance.now() - sent);
    }
    table.note(`${runs} paused runs: ${(runs / (held / 1_000)).toFixed(0)} started and paused per second`);
    table.note(`all listed (${listed}): ${(list / 1_000).toFixed(1)} s`);
    table.note(
      `approve → next pause among them: p50 ${percentile(times, 50).toFixed(1)} ms, p99 ${percentile(times, 99).toFixed(1)} ms`,
    );
  });
}

/** Fifty at a time. @returns their ids */
async function start(client: HoldpointClient, runs: number): Promise<string[]> {
  const ids: string[] = [];
  await inParallel(runs, 50, async () => {
    ids.push((await client.start('inline', { input: null })).runId);
    if (ids.length % 500 === 0) process.stderr.write(`\r${ids.length} of ${runs} started`);
  });
  process.stderr.write(`\r${' '.repeat(40)}\r`);
  return ids;
}
