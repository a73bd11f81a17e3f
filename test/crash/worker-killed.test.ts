/** kill -9 of a worker, at a pause and in the middle of a step. What it had finished does not run again (H8). */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { eventsOf, ofType, untilHistory } from '../support/history.ts';
import { TestRun } from '../support/server.ts';
import { Workers } from './worker-process.ts';

let client: Client;
let workers: Workers;
beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: inject('address') }) });
});
afterAll(() => client.connection.close());
beforeEach(() => {
  workers = new Workers(`crash-${randomUUID()}`);
});
afterEach(() => workers.close());

async function start(workflow: string): Promise<TestRun> {
  const workflowId = `${workflow}-${randomUUID()}`;
  return new TestRun(await client.workflow.start(workflow, { taskQueue: workers.taskQueue, workflowId, args: ['IN'] }));
}

/** Starts a new worker; the clock starts before its process does. */
async function restart(): Promise<{
  secondsUntil<T>(what: string, done: Promise<T>): Promise<{ value: T; seconds: number }>;
}> {
  const started = performance.now();
  await workers.start();
  return {
    async secondsUntil(what, done) {
      const value = await done;
      const seconds = (performance.now() - started) / 1000;
      console.log(`${what}: ${seconds.toFixed(1)} s from the restart to the result`);
      return { value, seconds };
    },
  };
}

const contentsOf = (output: RunOutput) => output.stepResults.map(({ content }) => content);

test('at a pause: a run answered meanwhile, and one answered then, complete within 5 s', async () => {
  await workers.start();
  const [meanwhile, then] = await Promise.all([start('crashAtPause'), start('crashAtPause')]);
  const [first, second] = [await meanwhile.pausedAt('confirmation'), await then.pausedAt('confirmation')];
  await workers.kill();
  // The answer needs no worker.
  await meanwhile.answer('approve', first, { by: 'ann' });
  const clock = await restart();
  await then.answer('approve', second, { by: 'ann' });
  const done = Promise.all([meanwhile.result(), then.result()]);
  const { value, seconds } = await clock.secondsUntil('killed at a pause', done);
  expect(seconds).toBeLessThan(5);
  expect(value.map(contentsOf)).toEqual(Array(2).fill(['first', 'asked', 'last']));
  for (const { handle } of [meanwhile, then]) expect(workers.effects(handle.workflowId)).toEqual(['first', 'last']);
});

test('in a remote activity: within its heartbeat timeout (3 s) and 5 s', async () => {
  await workers.start();
  const run = await start('crashInRemote');
  const { workflowId } = run.handle;
  await workers.untilEffect(workflowId, 'hang');
  await workers.kill();
  const clock = await restart();
  const { value, seconds } = await clock.secondsUntil('killed in a remote activity', run.result());
  expect(seconds).toBeLessThan(8);
  expect(contentsOf(value)).toEqual(['first', 'hung', 'last']);
  expect(workers.effects(workflowId)).toEqual(['first', 'hang', 'hang', 'hung', 'last']);
});

test('in a local activity and in an inline step: within 15 s', async () => {
  await workers.start();
  const [local, twoLocal] = await Promise.all([start('crashInLocal'), start('crashInTwoLocal')]);
  for (const { handle } of [local, twoLocal]) await workers.untilEffect(handle.workflowId, 'hang');
  const inline = await start('crashInInline');
  await workers.untilEffect(inline.handle.workflowId, 'first');
  // Its second workflow task has begun; it takes as long as the step spins.
  const begun = (events: Parameters<typeof ofType>[0]) => ofType(events, 'WorkflowTaskStarted').length === 2;
  await untilHistory(inline.handle, begun);
  await workers.kill();
  expect(ofType(await eventsOf(inline.handle), 'WorkflowTaskCompleted')).toHaveLength(1);

  const clock = await restart();
  const results = await Promise.all([
    clock.secondsUntil('killed in a local activity', local.result()),
    clock.secondsUntil('killed in the second of two local activities', twoLocal.result()),
    clock.secondsUntil('killed in an inline step', inline.result()),
  ]);
  for (const { seconds } of results) expect(seconds).toBeLessThan(15);
  expect(results.map(({ value }) => contentsOf(value))).toEqual([
    ['first', 'hung', 'last'],
    ['first', 'hung', 'last'],
    ['first', 'spun', 'last'],
  ]);
  expect(workers.effects(inline.handle.workflowId)).toEqual(['first', 'last']);
  expect(workers.effects(local.handle.workflowId)).toEqual(['first', 'hang', 'hang', 'hung', 'last']);
  // Temporal records a local activity when its workflow task completes: of two in one task, the finished first one runs
  // again when the worker dies in the second. What must not run twice is a remote activity.
  expect(workers.effects(twoLocal.handle.workflowId)).toEqual(['first', 'hang', 'first', 'hang', 'hung', 'last']);
});

test('in a gated activity: it does not run again, a human decides', async () => {
  await workers.start();
  const runs = await Promise.all([start('crashInGated'), start('crashInGated'), start('crashInGated')]);
  for (const run of runs) await run.answer('approve', await run.pausedAt('confirmation'), { by: 'ann' });
  for (const { handle } of runs) await workers.untilEffect(handle.workflowId, 'hang');
  await workers.kill();
  await workers.start();
  const asked = await Promise.all(runs.map((run) => run.pausedAt('error')));
  for (const [index, requirement] of asked.entries()) {
    expect(requirement).toMatchObject({
      id: 'hang#error',
      stepName: 'hang',
      mayHaveRun: true,
      errorType: 'holdpoint.MayHaveRun',
      message: expect.stringContaining('may have run'),
    });
    expect(workers.effects(runs[index]!.handle.workflowId)).toEqual(['first', 'hang']);
  }

  const [retried, skipped, rejected] = runs as [TestRun, TestRun, TestRun];
  await retried.answer('retryStep', asked[0]!, { by: 'ben' });
  await skipped.answer('skipStep', asked[1]!, { by: 'ben' });
  await rejected.answer('reject', asked[2]!, { by: 'ben' });

  const afterRetry = await retried.result();
  expect(afterRetry.stepResults.map(({ content }) => content)).toEqual(['first', 'hung', 'last']);
  expect(workers.effects(retried.handle.workflowId)).toEqual(['first', 'hang', 'hang', 'hung', 'last']);
  const afterSkip = await skipped.result();
  expect(afterSkip.stepResults.map(({ name }) => name)).toEqual(['first', 'last']);
  expect(workers.effects(skipped.handle.workflowId)).toEqual(['first', 'hang', 'last']);
  const afterReject = await rejected.result();
  expect(afterReject).toMatchObject({ status: 'cancelled', content: "Workflow cancelled: Step 'hang' was rejected" });
  expect(workers.effects(rejected.handle.workflowId)).toEqual(['first', 'hang']);
  // The confirmation was asked once; the retry is the second decision, not the first one used again.
  expect(afterRetry.stepRequirements.map(({ id, resolution }) => [id, resolution])).toEqual([
    ['hang#confirmation', 'confirmed'],
    ['hang#error', 'retried'],
  ]);
});
