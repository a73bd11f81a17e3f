/** What a gated function calls runs once, too. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Context } from '@temporalio/activity';
import { eventsOf, ofType, untilHistory } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';
import type { OnceActivities } from '../workflows/once-in-functions.ts';

/** Calls by run and name. */
const calls = new Map<string, string[]>();

function note(name: string): void {
  const { workflowId } = Context.current().info.workflowExecution!;
  calls.set(workflowId, [...(calls.get(workflowId) ?? []), name]);
}

const activities: OnceActivities = {
  async charge(name) {
    note(name);
    throw new Error('declined');
  },
  async hang(name) {
    note(name);
    await Context.current().cancelled;
    return 'never';
  },
  async chargeSlowly(name) {
    await Context.current().sleep(300);
    note(name);
    return 'charged';
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await openServer(activities);
});
afterAll(() => server.close());

const times = (runId: string) => {
  const counts: Record<string, number> = {};
  for (const name of calls.get(runId) ?? []) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** What a replay of the run says is wrong. */
async function replayed({ handle }: TestRun): Promise<string[]> {
  const history = await handle.fetchHistory();
  return replayProblems(readFileSync(inject('bundlePath'), 'utf8'), [{ workflowId: handle.workflowId, history }]);
}

test('an activity that the function of a confirmed step calls is called once, whatever its proxy says', async () => {
  const run = await server.start('chargingFunctions');
  for (const step of ['plain', 'later', 'when awaited', 'asked for two', 'local', 'repeatable', 'round', 'held']) {
    await run.answer('approve', await run.pausedAt('confirmation', step));
  }
  expect((await run.result()).status).toBe('completed');
  expect(times(run.handle.workflowId)).toEqual({
    ...{ plain: 1, later: 1, 'when awaited': 1, 'asked for two': 1, local: 1, held: 1 },
    // What is said to be idempotent, and what nobody confirms, as often as the proxy says.
    ...{ repeatable: 2, free: 2 },
  });
  // A local activity would run again when its worker dies.
  expect(ofType(await eventsOf(run.handle), 'ActivityTaskScheduled')).toHaveLength(8);
  expect(await replayed(run)).toEqual([]);
});

test('where no result of it came back, the run asks, and says that it may have run', async () => {
  const run = await server.start('lostInFunction');
  await run.answer('approve', await run.pausedAt('confirmation', 'pay'));
  const asked = await run.pausedAt('error', 'pay');
  expect(asked).toMatchObject({ mayHaveRun: true });
  expect(asked.message).toMatch(/^The executor of 'pay' may have run: no result came back/);
  await run.answer('skipStep', asked);
  await run.answer('approve', await run.pausedAt('confirmation', 'pay either'));
  // Whatever the step does with errors.
  const askedOfAll = await run.pausedAt('error', 'pay either');
  expect(askedOfAll).toMatchObject({ mayHaveRun: true });
  await run.answer('skipStep', askedOfAll);
  await run.answer('approve', await run.pausedAt('confirmation', 'pay neither'));
  const askedOfOne = await run.pausedAt('error', 'pay neither');
  expect(askedOfOne).toMatchObject({ mayHaveRun: true });
  await run.answer('reject', askedOfOne);
  expect((await run.result()).status).toBe('cancelled');
  expect(times(run.handle.workflowId)).toEqual({ pay: 1, one: 1, other: 1, neither: 2 });
});

test('a function that fails has ended when what it called has: nothing works on behind it, nor is lost unheard', async () => {
  const run = await server.start('failsBeside');
  await run.answer('approve', await run.pausedAt('confirmation', 'pay two'));
  // Its own error, and its `onError`: the next step asks, and by then the slower one has ended.
  const next = await run.pausedAt('confirmation', 'pay another two');
  expect(times(run.handle.workflowId)).toEqual({ fails: 1, slow: 1 });
  await run.answer('approve', next);
  const asked = await run.pausedAt('error', 'pay another two');
  expect(asked).toMatchObject({ mayHaveRun: true });
  await run.answer('skipStep', asked);
  await run.answer('approve', await run.pausedAt('confirmation', 'pay the last'));
  await expect(run.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('declined') } });
  expect(times(run.handle.workflowId)).toMatchObject({ last: 1 });
  expect(await replayed(run)).toEqual([]);
});

test('a cancel ends that wait', async () => {
  const run = await server.start('waitsBeside');
  await run.answer('approve', await run.pausedAt('confirmation', 'pay'));
  // It has failed by then, and works on all the same.
  await untilHistory(run.handle, (events) => ofType(events, 'ActivityTaskFailed').length === 1);
  expect(await run.output()).toMatchObject({ status: 'running' });
  await run.handle.cancel();
  await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
  expect(await run.output()).toMatchObject({ status: 'cancelled' });
});

test('what such a function goes on with is waited for as well, and begins no more once the step has ended', async () => {
  const run = await server.start('failsBefore');
  await run.answer('approve', await run.pausedAt('confirmation', 'pay in turn'));
  const asked = await run.pausedAt('error', 'pay in turn');
  expect(asked).toMatchObject({ mayHaveRun: true });
  expect(times(run.handle.workflowId)).toEqual({ fails: 1, first: 1, second: 1, lost: 1 });
  await run.answer('skipStep', asked);
  for (const step of ['pay later', 'after all']) await run.answer('approve', await run.pausedAt('confirmation', step));
  expect((await run.result()).status).toBe('completed');
  expect(times(run.handle.workflowId)).not.toHaveProperty('late');
  expect(await replayed(run)).toEqual([]);
});
