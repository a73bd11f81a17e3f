/** Runs one job and takes the time of each answer, for both sides with the same reader: a long poll of the history. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

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
  const tail = new Tail(client, workflowId, handle.firstExecutionRunId);
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

/** Both sides start a timer when they pause, so that is the event to look for. */
type Marker = 'timerStartedEventAttributes' | 'workflowExecutionCompletedEventAttributes';

class Tail {
  events = 0;
  private readonly client: Client;
  private readonly execution: { readonly workflowId: string; readonly runId: string };
  private token: Uint8Array | undefined;
  private unread: { [K in Marker]?: unknown }[] = [];

  constructor(client: Client, workflowId: string, runId: string) {
    this.client = client;
    this.execution = { workflowId, runId };
  }

  async until(marker: Marker): Promise<void> {
    for (;;) {
      const index = this.unread.findIndex((event) => event[marker]);
      if (index >= 0) {
        this.unread.splice(0, index + 1);
        return;
      }
      await this.poll();
    }
  }

  private async poll(): Promise<void> {
    const { history, nextPageToken } = await this.client.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.options.namespace,
      execution: this.execution,
      waitNewEvent: true,
      historyEventFilterType: 1,
      ...(this.token ? { nextPageToken: this.token } : {}),
    });
    this.token = nextPageToken;
    this.unread = history?.events ?? [];
    this.events += this.unread.length;
  }
}
