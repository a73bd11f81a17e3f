/** Steps: approve → next pause and approve → done, with remote activities, local ones, and inline functions. */
import { fileURLToPath } from 'node:url';
import { createWorker } from 'holdpoint/worker';
import { type Bench, latencies, takeTurns } from '../bench.ts';
import type { Table } from '../table.ts';
import * as activities from './activities.ts';
import { measure, type Way } from './measure.ts';

const WAYS: readonly Way[] = ['handWritten', 'remote', 'local', 'inline'];
/** What each way aims at, as a ratio to the hand-written one. */
const AIMS = { remote: 1.1, local: 0.7, inline: 0.7 } as const;

export async function compareSteps(bench: Bench, table: Table): Promise<void> {
  const { client, connection } = bench;
  const taskQueue = 'bench-steps';
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities });
  const samples = await worker.runUntil(takeTurns(bench, WAYS, (way) => measure(client, taskQueue, way)));
  latencies(table, 'approve → next pause', samples, ({ nextPause }) => nextPause, AIMS);
  latencies(table, 'approve → done', samples, ({ done }) => done, AIMS);
  const events = WAYS.map((way) => `${way} ${samples.get(way)![0]!.events}`);
  table.note(`history events of a run with two pauses: ${events.join(' · ')}`);
}
