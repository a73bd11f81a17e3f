/** Deadlines (H6): each kind of pause, each outcome, on the time-skipping server; and who wins when answer and timer meet. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { eventsOf, ofType, summaryOf, typeOf, untilHistory } from '../support/history.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';
import { openTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';
import { TIMER_CASES, type TimerCase, titleOf } from '../support/timer-cases.ts';

const HOUR = 3_600_000;

let server: TimeSkipping;
const recorded: Recorded[] = [];
beforeAll(async () => {
  server = await openTimeSkipping();
});
afterAll(() => server.close());

async function record({ handle }: TestRun): Promise<void> {
  recorded.push({ workflowId: handle.workflowId, history: await handle.fetchHistory() });
}

/** What semantics §4 says of the case, and how often somebody was asked. */
function expected({ kind, primitive, onTimeout, onReject }: TimerCase): { content: string; asked: number } {
  const omitted = { content: 'after(before)', asked: 1 };
  const cancelled = { content: "Workflow cancelled: Step 'node' was rejected", asked: 1 };
  if (kind === 'error') return onTimeout === 'skip' ? omitted : cancelled;
  if (onTimeout === 'skip') return omitted;
  if (onTimeout === 'cancel') return cancelled;
  const ran = { content: primitive === 'Parallel' ? 'after([object Object])' : 'after(node)', asked: 1 };
  if (onTimeout === 'approve') return ran;
  if (onReject === 'skip') return omitted;
  if (onReject === 'cancel') return cancelled;
  if (onReject === 'else_branch') return { content: 'after(other)', asked: 1 };
  // A rejected iteration means one more of them; the last of three is not asked about.
  if (kind === 'iteration_review') return { ...ran, asked: 2 };
  // Asked again once (maxRetries 1). A Router whose output was sent back asks for a route, which then times out twice.
  const asked = kind === 'output_review' && primitive === 'Router' ? 3 : 2;
  return { content: "Max retries (1) reached for step 'node'", asked };
}

describe('a deadline that passes', () => {
  test.for(TIMER_CASES.map((each) => [titleOf(each), each] as const))('%s', async ([, timer]) => {
    const run = await server.start('timerCase', timer);
    const output = await run.result();
    const { content, asked } = expected(timer);
    expect(output.content).toBe(content);
    expect(output.status).toBe(content.startsWith('after') ? 'completed' : 'cancelled');
    expect(output.stepRequirements).toHaveLength(asked);
    const [first] = output.stepRequirements;
    expect(first).toMatchObject({ kind: timer.kind, stepName: 'node', stepType: timer.primitive });
    for (const each of output.stepRequirements) expectTimedOut(each, HOUR);
    const timers = ofType(await eventsOf(run.handle), 'TimerStarted');
    expect(timers).toHaveLength(asked);
    expect(timers.map(summaryOf)).toEqual(output.stepRequirements.map(({ id }) => `deadline of ${id}`));
    await record(run);
  });
});

function expectTimedOut(requirement: RunOutput['stepRequirements'][number], timeoutMs: number): void {
  const { createdAt, timeoutAt, resolvedAt, resolvedBy } = requirement;
  expect(resolvedBy).toBe('timeout');
  expect(Date.parse(timeoutAt!)).toBe(Date.parse(createdAt) + timeoutMs);
  expect(Date.parse(resolvedAt!)).toBeGreaterThanOrEqual(Date.parse(timeoutAt!));
}

describe('an answer before the deadline', () => {
  test('wins, and the timer goes', async () => {
    const run = await server.start('deadlineThenPause', 'IN');
    await run.answer('approve', await run.pausedAt('confirmation', 'first'), { by: 'ann' });
    const second = await run.pausedAt('confirmation', 'second');
    await server.sleep('1 day');
    const [first] = (await run.output()).stepRequirements;
    expect(first).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });
    const events = await eventsOf(run.handle);
    expect(ofType(events, 'TimerCanceled')).toHaveLength(1);
    expect(ofType(events, 'TimerFired')).toHaveLength(0);
    await run.answer('approve', second);
    const output = await run.result();
    expect(output.stepResults.map(({ name }) => name)).toEqual(['first', 'second']);
    await record(run);
  });
});

describe('an answer after the deadline', () => {
  test('changes nothing, is refused, and the refusal is kept', async () => {
    const run = await server.start('deadlineThenPause', 'IN');
    const first = await run.pausedAt('confirmation', 'first');
    await server.sleep('2 hours');
    const second = await run.pausedAt('confirmation', 'second');
    await run.answer('approve', first, { by: 'late' });
    await run.answer('approve', second, { by: 'ann' });
    const output = await run.result();
    expect(output.stepResults.map(({ name }) => name)).toEqual(['second']);
    expect(output.stepRequirements[0]).toMatchObject({ resolution: 'skipped', resolvedBy: 'timeout' });
    expect(output.refusedAnswers.count).toBe(1);
    expect(output.refusedAnswers.newest[0]).toMatchObject({
      code: 'already_resolved',
      requirement: 'first#confirmation',
      by: 'late',
      signal: 'approve',
      reason: expect.stringMatching(/^already skipped by timeout at /),
    });
    await record(run);
  });

  test('nobody can pretend to be the deadline', async () => {
    const run = await server.start('deadlineThenPause', 'IN');
    const first = await run.pausedAt('confirmation', 'first');
    await run.answer('approve', first, { by: ' Timeout ' });
    const { refusedAnswers, stepRequirements } = await run.until(({ refusedAnswers: { count } }) => count === 1);
    expect(refusedAnswers.newest[0]!.reason).toMatch(/reserved/);
    expect(stepRequirements[0]!.resolution).toBeUndefined();
    await run.handle.terminate();
  });
});

describe('deadlines under Parallel', () => {
  test('each passes by itself, and leaves its siblings alone', async () => {
    const run = await server.start('parallelDeadlines', 'IN');
    await run.paused(4);
    await server.sleep('1 day');
    const [free, ...others] = await run.paused(1);
    expect(others).toEqual([]);
    expect(free).toMatchObject({ id: 'all/free#confirmation' });
    expect(free!.timeoutAt).toBeUndefined();
    await run.answer('approve', free!);
    const output = await run.result();
    expect(output.content).toEqual({ yes: 'yes', free: 'free' });
    const byName = Object.fromEntries(output.stepRequirements.map((each) => [each.stepName, each]));
    expect(byName.yes).toMatchObject({ resolution: 'confirmed', resolvedBy: 'timeout' });
    expect(byName.no).toMatchObject({ resolution: 'rejected', resolvedBy: 'timeout' });
    expect(byName.none).toMatchObject({ resolution: 'skipped', resolvedBy: 'timeout' });
    expectTimedOut(byName.no!, HOUR);
    expectTimedOut(byName.yes!, 2 * HOUR);
    expectTimedOut(byName.none!, 3 * HOUR);
    await record(run);
  });
});

describe('replay', () => {
  test('every run of this file replays', async () => {
    expect(recorded.length).toBeGreaterThan(TIMER_CASES.length);
    expect(await replayProblems(readFileSync(inject('bundlePath'), 'utf8'), recorded)).toEqual([]);
  });
});

describe('answer and timer in one workflow task, on the real server', () => {
  let real: TestServer;
  beforeAll(async () => {
    real = await openServer();
  });
  afterAll(() => real.close());

  test.for(['the answer first in history', 'the timer first in history'])('%s: the answer wins', async (order) => {
    const taskQueue = `${real.taskQueue}-${order.split(' ')[1]}`;
    const worker = await real.worker({ taskQueue });
    const run = await real.start('shortDeadline', 'IN', undefined, { taskQueue });
    const requirement = await run.pausedAt('confirmation');
    await worker.stop();
    const answerFirst = order.startsWith('the answer');
    if (answerFirst) await run.answer('approve', requirement, { by: 'ann' });
    await untilHistory(run.handle, (events) => ofType(events, 'TimerFired').length === 1);
    if (!answerFirst) await run.answer('approve', requirement, { by: 'ann' });
    await real.worker({ taskQueue });
    const output = await run.result();
    expect(output).toMatchObject({ status: 'completed', content: 'first' });
    expect(output.stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });

    const types = (await eventsOf(run.handle)).map(typeOf);
    const [signal, timer] = [types.indexOf('WorkflowExecutionSignaled'), types.indexOf('TimerFired')];
    expect(signal < timer).toBe(answerFirst);
    // Really one task: none completed between the two events.
    expect(types.slice(Math.min(signal, timer), Math.max(signal, timer))).not.toContain('WorkflowTaskCompleted');
    expect(openOf(output)).toEqual([]);
  });
});
