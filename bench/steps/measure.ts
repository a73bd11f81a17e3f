/** Runs one job and takes the time of each answer, for both sides with the same reader: a long poll of the history. */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { HoldpointClient } from 'holdpoint/client';
import { Tail } from '../tail.ts';
import { inline, local, remote } from './workflows.ts';

/** Milliseconds from before the answer is sent until its outcome is seen. */
export interface Sample {
  /** From before the start until the first pause. */
  readonly paused: number;
  readonly nextPause: number;
  readonly done: number;
  /** Events and bytes of the whole run's history. */
  readonly events: number;
  readonly bytes: number;
}

export type Way = 'handWritten' | 'visible' | 'remote' | 'local' | 'inline';

/** What holdpoint's client starts. */
const WORKFLOWS = { remote, local, inline } as const;

const isByHand = (way: Way) => way === 'handWritten' || way === 'visible';

/** A run, and how to answer its pauses. */
interface Begun {
  readonly handle: WorkflowHandle;
  readonly approve: (pause: 1 | 2) => Promise<void>;
}

export async function begin(client: Client, taskQueue: string, way: Way): Promise<Begun> {
  const workflowId = `${way}-${randomUUID()}`;
  if (way === 'handWritten' || way === 'visible') await client.workflow.start(way, { taskQueue, workflowId, args: [] });
  else await new HoldpointClient(client, { taskQueue }).start(WORKFLOWS[way], { input: null, runId: workflowId });
  const handle = client.workflow.getHandle(workflowId);
  const approve = (pause: 1 | 2) => handle.signal('approve', isByHand(way) ? pause : { requirement: PAUSES[pause] });
  return { handle, approve };
}

export async function measure(client: Client, taskQueue: string, way: Way): Promise<Sample> {
  const begun = performance.now();
  const { handle, approve } = await begin(client, taskQueue, way);
  const tail = new Tail(client, handle.workflowId);
  await tail.until('timerStartedEventAttributes');
  const paused = performance.now() - begun;
  const first = performance.now();
  await approve(1);
  await tail.until('timerStartedEventAttributes');
  const nextPause = performance.now() - first;
  const second = performance.now();
  await approve(2);
  await tail.until('workflowExecutionCompletedEventAttributes');
  const done = performance.now() - second;
  const { historySize = 0 } = await handle.describe();
  return { paused, nextPause, done, events: tail.events, bytes: historySize };
}

const PAUSES = { 1: 'second#confirmation', 2: 'third#confirmation' } as const;
