import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startOf, type TailPage, tailHistory } from '../../../client/history-tail.ts';

test('a place past its retention is left for where the run goes on', async () => {
  const completed = { eventId: 5, workflowExecutionCompletedEventAttributes: {} };
  const notFound = Object.assign(new Error(), { code: 5, details: 'workflow history not found', metadata: {} });
  const client = {
    options: { namespace: 'default' },
    connection: { withAbortSignal: (_signal: AbortSignal, request: () => unknown) => request() },
    withDeadline: (_deadline: number, request: () => unknown) => request(),
    workflowService: {
      describeWorkflowExecution: async () => ({ workflowExecutionInfo: { execution: { runId: 'new' } } }),
      getWorkflowExecutionHistory: async ({ execution }: { execution: { runId: string } }) => {
        if (execution.runId !== 'new') throw notFound;
        return { history: { events: [completed] } };
      },
    },
  } as unknown as Client;
  const pages: TailPage[] = [];
  const from = { executionId: 'old', lastEventId: 7 };
  for await (const page of tailHistory(client, 'run', from, new AbortController().signal)) pages.push(page);
  expect(pages.map(({ events }) => events)).toEqual([[completed]]);
});

test('nobody is asked any more where the signal aborted between two polls', async () => {
  let asked = 0;
  const client = {
    options: { namespace: 'default' },
    connection: { withAbortSignal: (_signal: AbortSignal, request: () => unknown) => request() },
    withDeadline: (_deadline: number, request: () => unknown) => request(),
    workflowService: {
      getWorkflowExecutionHistory: async () => {
        asked += 1;
        return { history: { events: [] } };
      },
    },
  } as unknown as Client;
  const reader = new AbortController();
  const pages = tailHistory(client, 'run', startOf('execution'), reader.signal);
  await pages.next();
  reader.abort(new Error('gone'));
  await expect(pages.next()).rejects.toThrow('gone');
  expect(asked).toBe(1);
});
