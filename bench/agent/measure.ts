/** One agent's run, to its pause and to its end. */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { HoldpointClient } from 'holdpoint/client';
import { Tail } from '../tail.ts';
import { agentStep } from './with-holdpoint.ts';

/** The types of the two workflows. */
export type AgentWay = 'agentByHand' | 'agentStep';

export interface AgentSample {
  /** Milliseconds from before the answer is sent until the end of the run is seen. */
  readonly done: number;
  readonly eventsAtPause: number;
  readonly eventsAtEnd: number;
}

const ANSWERS: Readonly<Record<AgentWay, object>> = {
  agentByHand: { toolCallId: 'refund-7' },
  agentStep: { requirement: 'refund#executor' },
};

export interface PausedRun {
  readonly handle: WorkflowHandle;
  readonly tail: Tail;
}

export async function startPaused(client: Client, taskQueue: string, way: AgentWay): Promise<PausedRun> {
  const workflowId = `${way}-${randomUUID()}`;
  const input = 'Refund order 7';
  if (way === 'agentByHand') await client.workflow.start(way, { taskQueue, workflowId, args: [input] });
  else await new HoldpointClient(client, { taskQueue }).start(agentStep, { input, runId: workflowId });
  const tail = new Tail(client, workflowId);
  await tail.until('timerStartedEventAttributes');
  return { handle: client.workflow.getHandle(workflowId), tail };
}

export async function measureAgent(client: Client, taskQueue: string, way: AgentWay): Promise<AgentSample> {
  const { handle, tail } = await startPaused(client, taskQueue, way);
  const eventsAtPause = tail.events;
  const started = performance.now();
  await handle.signal('approve', ANSWERS[way]);
  await tail.until('workflowExecutionCompletedEventAttributes');
  return { done: performance.now() - started, eventsAtPause, eventsAtEnd: tail.events };
}
