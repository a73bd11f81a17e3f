/** What is asked of the server, and what is not: a client that counts. */
import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { describeRun } from '../../../client/describe.ts';
import { RunNotFound } from '../../../client/errors.ts';
import { fetchRun } from '../../../client/fetch-run.ts';
import { pausedRuns } from '../../../client/sessions.ts';
import { MEMO_KEY, toMemo } from '../../../workflows/protocol/memo.ts';
import { requirementFields } from '../../support/requirement.ts';

const memo = defaultDataConverter.payloadConverter.toPayload(
  toMemo({ status: 'paused', workflowName: 'w', sessionId: 's', sequence: 1 }, [requirementFields('confirmation')], []),
);
const executions = ['a', 'b'].map((workflowId) => ({
  execution: { workflowId },
  memo: { fields: { [MEMO_KEY]: memo } },
}));

/** Its lists never end, and it knows no run. */
function countingClient(): { readonly client: Client; readonly asked: () => number } {
  let asked = 0;
  const counted = async () => {
    asked += 1;
    return { executions, nextPageToken: new Uint8Array([1]) };
  };
  const client = {
    options: { namespace: 'default', loadedDataConverter: defaultDataConverter },
    withDeadline: (_deadline: number, request: () => unknown) => request(),
    workflowService: { listWorkflowExecutions: counted, describeWorkflowExecution: counted },
  } as unknown as Client;
  return { client, asked: () => asked };
}

describe('a list of paused runs', () => {
  test.each([
    [2, 1],
    [3, 2],
    [0, 0],
  ])('of %i asks for %i pages', async (limit, pages) => {
    const { client, asked } = countingClient();
    const found: string[] = [];
    for await (const { runId } of pausedRuns(client, limit)) found.push(runId);
    expect(found).toHaveLength(limit);
    expect(asked()).toBe(pages);
  });
});

test.each<[string, unknown]>([
  ['half of a character', '\ud800'],
  ['too long', 'x'.repeat(1001)],
  ['empty', ''],
  ['missing', undefined],
  ['no text', { toString: 1 }],
])('an id that no run can have is not asked for: %s', async (_, id) => {
  const { client, asked } = countingClient();
  await expect(fetchRun(client, id as string)).rejects.toThrow(RunNotFound);
  await expect(describeRun(client, id as string)).rejects.toThrow(RunNotFound);
  expect(asked()).toBe(0);
});
