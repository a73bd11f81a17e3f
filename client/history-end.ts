/** What stands at the end of a run's history, since its workflow last got a task done. Read backwards, so that a long one costs no more. */
import type { Client } from '@temporalio/client';
import { CONTINUE_RUN, PEOPLE_SIGNALS } from '../workflows/protocol/signals.ts';
import type { HistoryEvent } from './history-tail.ts';
import { readMessage } from './payloads.ts';
import { callRun } from './server-call.ts';

export interface HistoryEnd {
  /** Message of the newest failed workflow task. */
  readonly taskFailure?: string;
  /** There are answers that no workflow task has seen. One that came while a task was under way is not in the history yet. */
  readonly isAnswered: boolean;
}

const PAGE = 100;
/** Who signals a run that cannot go on may go on for long. */
const MOST_PAGES = 10;

/** @throws {RunNotFound} */
export async function endOfHistory(client: Client, runId: string, deadlineMs?: number): Promise<HistoryEnd> {
  let failed: HistoryEvent['workflowTaskFailedEventAttributes'];
  let isAnswered = false;
  for await (const event of newestFirst(client, runId, deadlineMs)) {
    if (event.workflowTaskCompletedEventAttributes) break;
    const failure = event.workflowTaskFailedEventAttributes;
    // A reset is written as the failure of a task.
    if (failure && !failure.newRunId) failed ??= failure;
    isAnswered ||= isAnswer(event);
  }
  if (!failed) return { isAnswered };
  return { isAnswered, taskFailure: (await readMessage(client, runId, failed.failure)) ?? 'no message' };
}

function isAnswer({ workflowExecutionSignaledEventAttributes: signaled }: HistoryEvent): boolean {
  const name = signaled?.signalName ?? '';
  return name === CONTINUE_RUN || Object.hasOwn(PEOPLE_SIGNALS, name);
}

async function* newestFirst(client: Client, runId: string, deadlineMs?: number): AsyncGenerator<HistoryEvent, void> {
  const request = {
    namespace: client.options.namespace,
    execution: { workflowId: runId },
    maximumPageSize: PAGE,
  };
  let nextPageToken: Uint8Array | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = { ...request, ...(nextPageToken ? { nextPageToken } : {}) };
    const read = () => client.workflowService.getWorkflowExecutionHistoryReverse(asked);
    const { history, nextPageToken: next } = await callRun(client, runId, read, deadlineMs);
    yield* history?.events ?? [];
    if (!next?.length) return;
    nextPageToken = next;
  }
}
