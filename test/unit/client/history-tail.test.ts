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

test('what has the numbers of a task that was never written is read', async () => {
  const [scheduled, started] = [
    { workflowTaskScheduledEventAttributes: {} },
    { workflowTaskStartedEventAttributes: {} },
  ];
  const signaled = { eventId: 2, workflowExecutionSignaledEventAttributes: {} };
  const completed = { eventId: 5, workflowExecutionCompletedEventAttributes: {} };
  const pages = [
    [
      { eventId: 1, workflowExecutionStartedEventAttributes: {} },
      // Of an update that is then refused.
      { eventId: 2, ...scheduled },
      { eventId: 3, ...started },
    ],
    [signaled, { eventId: 3, ...scheduled }, { eventId: 4, ...started }, completed],
  ];
  const client = {
    options: { namespace: 'default' },
    connection: { withAbortSignal: (_signal: AbortSignal, request: () => unknown) => request() },
    withDeadline: (_deadline: number, request: () => unknown) => request(),
    workflowService: {
      describeWorkflowExecution: async () => ({}),
      getWorkflowExecutionHistory: async () => ({ history: { events: pages.shift() } }),
    },
  } as unknown as Client;
  const seen: unknown[] = [];
  for await (const page of tailHistory(client, 'run', startOf('execution'), new AbortController().signal)) {
    seen.push(...page.events);
  }
  expect(seen).toContain(signaled);
  expect(seen).toContain(completed);
});
