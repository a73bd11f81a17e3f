/** What is asked of the server, and what is not: a client that counts. */
import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../../client/client.ts';
import { describeRun } from '../../../client/describe.ts';
import { RunNotFound } from '../../../client/errors.ts';
import { fetchRun } from '../../../client/fetch-run.ts';
import { pausedRuns } from '../../../client/sessions.ts';
import { MEMO_KEY, toMemo } from '../../../workflows/protocol/memo.ts';
import { requirementFields } from '../../support/requirement.ts';

const memo = defaultDataConverter.payloadConverter.toPayload(
  toMemo({ status: 'paused', workflowName: 'w', sessionId: 's', sequence: 1 }, [requirementFields('confirmation')], []),
);
const paused = (workflowId: string) => ({ execution: { workflowId }, memo: { fields: { [MEMO_KEY]: memo } } });

/** Its lists never end, and it knows no run. */
function countingClient(): { readonly client: Client; readonly asked: () => number } {
  let asked = 0;
  const counted = async () => {
    asked += 1;
    return { executions: [paused(`a${asked}`), paused(`b${asked}`)], nextPageToken: new Uint8Array([1]) };
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

  test('has a run once, also where the server still lists the execution before', async () => {
    const pages = [
      { executions: [paused('a')], nextPageToken: new Uint8Array([1]) },
      // Nothing of a page may fit.
      { executions: [], nextPageToken: new Uint8Array([2]) },
      { executions: [paused('a'), paused('b')] },
    ];
    const { client } = countingClient();
    Object.assign(client.workflowService, { listWorkflowExecutions: async () => pages.shift() });
    const found: string[] = [];
    for await (const { runId } of pausedRuns(client, 10)) found.push(runId);
    expect(found).toEqual(['a', 'b']);
  });
});

test('a run with a status of a later server goes on, as far as its memo tells', async () => {
  const { client } = countingClient();
  const workflowExecutionInfo = { ...paused('a'), status: 99 };
  Object.assign(client.workflowService, { describeWorkflowExecution: async () => ({ workflowExecutionInfo }) });
  expect(await fetchRun(client, 'a')).toMatchObject({ status: 'paused', openCount: 1, complete: false });
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

test('an audit of a history whose length the server does not say is all of it', async () => {
  const { client } = countingClient();
  const started = { workflowType: { name: 'w' } };
  const pages = [
    { history: { events: [{ eventId: 1, workflowExecutionStartedEventAttributes: started }] } },
    { history: { events: [{ eventId: 2, workflowExecutionTerminatedEventAttributes: { reason: 'why' } }] } },
  ];
  const workflowExecutionInfo = { execution: { workflowId: 'a', runId: 'a1' }, historyLength: 0 };
  Object.assign(client.workflowService, {
    describeWorkflowExecution: async () => ({ workflowExecutionInfo }),
    getWorkflowExecutionHistory: async () => pages.shift(),
  });
  const withAbortSignal = (_: AbortSignal, request: () => unknown) => request();
  Object.assign(client, { connection: { withAbortSignal } });
  const entries = await new HoldpointClient(client).audit('a');
  expect(entries.map(({ what }) => what)).toEqual(['started', 'terminate', 'ended']);
});

test.each([undefined, 'Q4', [{ input: 1 }]])('a start with %j for its options asks for nothing', async (options) => {
  const { client, asked } = countingClient();
  const holdpoint = new HoldpointClient(client);
  const given = options as unknown as { readonly input: unknown };
  const refusal = `A run is started with an object of options, { input, … }, got ${JSON.stringify(options)}.`;
  await expect(holdpoint.run('w', given)).rejects.toThrow(refusal);
  await expect(holdpoint.start('w', given)).rejects.toThrow(refusal);
  expect(() => holdpoint.stream('w', given)).toThrow(refusal);
  expect(asked()).toBe(0);
});
