/** Runs one job and takes the time of each answer, for both sides with the same reader: a long poll of the history. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Tail } from '../tail.ts';

/** Milliseconds from before the answer is sent until its outcome is seen. */
export interface Sample {
  readonly nextPause: number;
  readonly done: number;
  /** Events of the whole run. */
  readonly events: number;
}

export type Way = 'handWritten' | 'remote' | 'local' | 'inline';

export async function measure(client: Client, taskQueue: string, way: Way): Promise<Sample> {
  const workflowId = `${way}-${randomUUID()}`;
  const handle = await client.workflow.start(way, { taskQueue, workflowId, args: [] });
  const tail = new Tail(client, handle);
  const approve = async (pause: 1 | 2) => {
    const started = performance.now();
    await handle.signal('approve', way === 'handWritten' ? pause : { requirement: PAUSES[pause] });
    return started;
  };
  await tail.until('timerStartedEventAttributes');
  const first = await approve(1);
  await tail.until('timerStartedEventAttributes');
  const nextPause = performance.now() - first;
  const second = await approve(2);
  await tail.until('workflowExecutionCompletedEventAttributes');
  return { nextPause, done: performance.now() - second, events: tail.events };
}

const PAUSES = { 1: 'second#confirmation', 2: 'third#confirmation' } as const;
