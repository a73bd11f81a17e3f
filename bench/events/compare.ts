/** A watcher's view: from an answer until the next pause is told, by `client.events` beside the fastest way by hand. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from 'holdpoint';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker } from 'holdpoint/worker';
import { type Bench, latencies, takeTurns } from '../bench.ts';
import * as activities from '../steps/activities.ts';
import type { Table } from '../table.ts';
import { remote } from '../steps/workflows.ts';
import { Tail } from '../tail.ts';

/** `byHand` reads the raw history by long poll, in a workflow written by hand; `events` is what holdpoint's client tells. */
const WAYS = ['byHand', 'events'] as const;
type Way = (typeof WAYS)[number];

export async function compareEvents(bench: Bench, table: Table): Promise<void> {
  const { client, connection } = bench;
  const taskQueue = 'bench-events';
  const workflowsPath = fileURLToPath(new URL('../steps/workflows.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities });
  const watcher = new HoldpointClient(client, { taskQueue });
  const measure = (way: Way) => (way === 'byHand' ? byHand(bench, taskQueue) : events(watcher));
  const samples = await worker.runUntil(takeTurns(bench, WAYS, measure));
  latencies(table, 'approve → seen', samples, (ms) => ms, { events: 1.1 });
}

/** Milliseconds from before the answer is sent until the next pause is seen. */
async function byHand({ client }: Bench, taskQueue: string): Promise<number> {
  const workflowId = `byHand-${randomUUID()}`;
  const handle = await client.workflow.start('handWritten', { taskQueue, workflowId, args: [] });
  const tail = new Tail(client, workflowId);
  await tail.until('timerStartedEventAttributes');
  const started = performance.now();
  await handle.signal('approve', 1);
  await tail.until('timerStartedEventAttributes');
  const ms = performance.now() - started;
  await handle.signal('approve', 2);
  await tail.until('workflowExecutionCompletedEventAttributes');
  return ms;
}

async function events(client: HoldpointClient): Promise<number> {
  const { runId } = await client.start(remote, { input: null });
  const told = client.events(runId)[Symbol.asyncIterator]();
  const until = async (name: RunEvent['event']) => {
    for (;;) {
      const { done, value } = await told.next();
      if (done) throw new Error(`${runId} has ended without ${name}: not what was to be measured`);
      if (value.event === name) return;
    }
  };
  const handle = client.temporal.workflow.getHandle(runId);
  await until('StepPaused');
  const started = performance.now();
  await handle.signal('approve', { requirement: 'second#confirmation' });
  await until('StepPaused');
  const ms = performance.now() - started;
  await handle.signal('approve', { requirement: 'third#confirmation' });
  await until('WorkflowCompleted');
  return ms;
}
