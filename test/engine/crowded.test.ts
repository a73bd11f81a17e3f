/** Very much that goes on in one workflow task: the server ends a run whose task is over 4 MB. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { OnPause } from '../../activities/on-pause.ts';
import { HoldpointClient } from '../../client/client.ts';
import type { RunMemo } from '../../workflows/protocol/memo.ts';
import { ofType } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue, onWaiting: () => {} });
});
afterAll(() => server.close());

/** Each of the 200 questions shows as much as a memo takes. */
const INPUT = 'y'.repeat(2_500);

const confirm = (ids: readonly string[]) => ({
  decisionId: `${ids.length} answers`,
  decisions: ids.map((requirement) => ({ requirement, action: 'confirm' })),
});

async function memoOf({ handle }: TestRun): Promise<RunMemo> {
  const { memo } = await handle.describe();
  return memo!.holdpoint as RunMemo;
}

/**
 * No workflow task has failed, and the history replays. A server on PostgreSQL learns of search attributes a moment after they are
 * registered.
 */
async function expectSound({ handle }: TestRun): Promise<void> {
  const history = await handle.fetchHistory();
  const failures = ofType(history.events!, 'WorkflowTaskFailed').map(
    ({ workflowTaskFailedEventAttributes: failed }) => failed!.failure?.message ?? 'no reason',
  );
  expect(failures.filter((message) => !message.startsWith('BadSearchAttributes'))).toEqual([]);
  const recorded = { workflowId: handle.workflowId, history };
  expect(await replayProblems(readFileSync(inject('bundlePath'), 'utf8'), [recorded])).toEqual([]);
}

/** 150 of 200 branches have gone on: what waits is shown, told once, and can be answered. */
async function expectTheRest(run: TestRun): Promise<void> {
  const rest = openOf(await run.until((each) => each.status === 'paused' && openOf(each).length === 50, 30_000));
  expect(await memoOf(run)).toMatchObject({ status: 'paused', openCount: 50 });
  expect((await memoOf(run)).open.map(({ id }) => id)).toEqual(rest.slice(0, 20).map(({ id }) => id));
  await run.signal('continueRun', confirm(rest.map(({ id }) => id)));
  const { status, stepResults } = await run.result();
  expect([status, stepResults[0]!.steps!.length]).toEqual(['completed', 200]);
  const told: string[] = [];
  for await (const { event } of client.events(run.handle.workflowId, { from: 0 })) told.push(event);
  const count = (name: string) => told.filter((event) => event === name).length;
  expect([count('WorkflowPaused'), count('StepContinued'), count('StepOutput')]).toEqual([2, 200, 200]);
  await expectSound(run);
}

describe('most of very many branches go on at once', () => {
  test('by answers in one signal', async () => {
    const run = await server.start('crowdOfAnswers', INPUT);
    const open = await run.paused(200);
    await run.signal('continueRun', confirm(open.slice(0, 150).map(({ id }) => id)));
    await expectTheRest(run);
  });

  test.each([
    ['signals', 'crowdOfAnswers'],
    ['deadlines', 'crowdOfDeadlines'],
  ])('by %s that no worker was up for', async (what, workflow) => {
    const taskQueue = `${server.taskQueue}-${what}`;
    const worker = await server.worker({ taskQueue });
    const run = await server.start(workflow, INPUT, undefined, { taskQueue });
    const open = await run.paused(200);
    await worker.stop();
    if (what === 'signals') await Promise.all(open.slice(0, 150).map((each) => run.answer('approve', each)));
    else await sleep(3_500);
    await server.worker({ taskQueue });
    await expectTheRest(run);
  });
});

test('very many questions are told outside, in several workflow tasks', { timeout: 120_000 }, async () => {
  const told = new Set<string>();
  const onPause: OnPause = {
    notify: async ({ requirement: { id } }) => {
      told.add(id);
    },
  };
  const taskQueue = `${server.taskQueue}-told`;
  await server.worker({ taskQueue, onPause });
  const run = await server.start('crowdThatIsTold', INPUT, undefined, { taskQueue });
  // On PostgreSQL each takes the server 70 ms.
  await vi.waitFor(() => expect(told.size).toBe(700), { timeout: 110_000, interval: 100 });
  expect(await memoOf(run)).toMatchObject({ status: 'paused', openCount: 700 });
  expect((await memoOf(run)).open).toHaveLength(20);
  await run.handle.terminate();
});

test('a no ends the run, also where it had to wait for its workflow task and a sibling has failed', async () => {
  const run = await server.start('crowdThatFails', INPUT);
  const open = await run.paused(600);
  const last = open.at(-1)!.id;
  const decisions = open.map(({ id }) => ({ requirement: id, action: id === last ? 'reject' : 'confirm' }));
  await run.signal('continueRun', { decisionId: 'all', decisions });
  expect(await run.result()).toMatchObject({ status: 'cancelled' });
});

test('very many async functions side by side share workflow tasks', async () => {
  const run = await server.start('crowdBeside');
  expect(await run.result()).toMatchObject({ status: 'completed', content: 2_000 });
});

test('very many async functions share workflow tasks', async () => {
  const run = await server.start('crowdOfFunctions');
  expect(await run.result()).toMatchObject({ status: 'completed', content: 2_000 });
  await expectSound(run);
});
