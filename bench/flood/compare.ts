/** Signals that came while no worker was up: one workflow task has all of them, and the SDK stops its code after 5 s. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createWorker } from 'holdpoint/worker';
import { type Bench, inParallel, inRandomOrder, latencies } from '../bench.ts';
import * as activities from '../steps/activities.ts';
import { begin, type Way } from '../steps/measure.ts';
import type { Table } from '../table.ts';
import { Tail } from '../tail.ts';

/** The server refuses more than 10,000 for one execution. */
const SIGNALS = 9_900;
const WAYS: readonly Way[] = ['handWritten', 'remote'];
const ROUNDS = 3;

export async function compareFloods(bench: Bench, table: Table): Promise<void> {
  const times = new Map(WAYS.map((way): [Way, number[]] => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of inRandomOrder(WAYS)) times.get(way)!.push(await timeOf(bench, way));
  }
  latencies(table, `${SIGNALS} signals taken`, times, (ms) => ms, {});
}

/** Milliseconds from a worker's start until it has taken the signals, all of which answer the question that is open. */
async function timeOf({ client, connection }: Bench, way: Way): Promise<number> {
  const taskQueue = `bench-flood-${randomUUID()}`;
  const workflowsPath = fileURLToPath(new URL('../steps/workflows.ts', import.meta.url));
  const newWorker = () => createWorker({ connection, taskQueue, workflowsPath, activities });
  const { handle, approve } = await begin(client, taskQueue, way);
  const tail = new Tail(client, handle.workflowId);
  await (await newWorker()).runUntil(tail.until('timerStartedEventAttributes'));
  await inParallel(SIGNALS, 50, () => approve(1));
  const took = await (await newWorker()).runUntil(async () => {
    const began = performance.now();
    await tail.until('timerCanceledEventAttributes');
    return performance.now() - began;
  });
  await handle.terminate();
  return took;
}
