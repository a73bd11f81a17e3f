import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startOf, tailHistory } from '../../../client/history-tail.ts';

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
