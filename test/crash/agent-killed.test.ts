/** kill -9 of a worker in a model call, and in tool calls: what a human approved is not repeated, they are asked (§8). */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { TestRun } from '../support/server.ts';
import { Workers } from './worker-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-crash-'));
const bundle = join(folder, 'workflows.js');
let client: Client;
let workers: Workers;
beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('../workflows/crash-agents/index.ts', import.meta.url));
  writeFileSync(bundle, (await bundleWorkflows({ workflowsPath })).code);
  client = new Client({ connection: await Connection.connect({ address: inject('address') }) });
});
afterAll(async () => {
  await client.connection.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  workers = new Workers(`crash-${randomUUID()}`, bundle);
});
afterEach(() => workers.close());

async function start(workflow: string, input: string): Promise<TestRun> {
  const workflowId = `${workflow}-${randomUUID()}`;
  return new TestRun(
    await client.workflow.start(workflow, { taskQueue: workers.taskQueue, workflowId, args: [input] }),
  );
}

const effects = ({ handle }: TestRun) => workers.effects(handle.workflowId);

test('in a model call: it is called again, and nothing before it', async () => {
  await workers.start();
  const run = await start('crashInModel', 'IN');
  await workers.untilEffect(run.handle.workflowId, 'model 2');
  await workers.kill();
  await workers.start();
  expect(await run.result()).toMatchObject({ status: 'completed', content: 'looked, then thought' });
  expect(effects(run)).toEqual(['model 1', 'look', 'model 2', 'model 2', 'model 2 went on']);
});

test('in tool calls: a free one and an idempotent one run again', async () => {
  await workers.start();
  const free = await start('crashInTool', 'free');
  const idempotent = await start('crashInTool', 'idempotent');
  await idempotent.answer('approve', await idempotent.pausedAt('executor'), { by: 'ann' });
  await workers.untilEffect(free.handle.workflowId, 'free');
  await workers.untilEffect(idempotent.handle.workflowId, 'idempotent by ann');
  await workers.kill();
  await workers.start();
  expect(await free.result()).toMatchObject({ content: 'heard: free done' });
  expect(await idempotent.result()).toMatchObject({ content: 'heard: idempotent done' });
  expect(effects(free)).toEqual(['free', 'free', 'free went on']);
  expect(effects(idempotent)).toEqual(['idempotent by ann', 'idempotent by ann', 'idempotent by ann went on']);
});

test('in an approved tool call: it does not run again; a human retries, gives its result, goes on without, or cancels', async () => {
  await workers.start();
  const runs = await Promise.all(Array.from({ length: 4 }, () => start('crashInTool', 'gated')));
  for (const run of runs) await run.answer('approve', await run.pausedAt('executor'), { by: 'ann' });
  for (const { handle } of runs) await workers.untilEffect(handle.workflowId, 'gated by ann');
  await workers.kill();
  await workers.start();
  const asked = await Promise.all(runs.map((run) => run.pausedAt('error')));
  for (const [index, requirement] of asked.entries()) {
    expect(requirement).toMatchObject({
      ...{ id: 'pay#error', stepName: 'pay', mayHaveRun: true, errorType: 'holdpoint.MayHaveRun' },
      toolCallId: 'call_1',
      input: { tool: 'gated', args: { to: 'x' } },
      message: expect.stringMatching(/^The tool 'gated' of 'payer' may have run/),
    });
    expect(effects(runs[index]!)).toEqual(['gated by ann']);
  }
  const [retried, given, without, cancelled] = runs as [TestRun, TestRun, TestRun, TestRun];
  await retried.answer('retryStep', asked[0]!, { by: 'ann' });
  await given.answer('skipStep', asked[1]!, { by: 'ben', result: 'the bank says: paid' });
  await without.answer('skipStep', asked[2]!, { by: 'ben' });
  await cancelled.answer('reject', asked[3]!, { by: 'ben' });

  const afterRetry = await retried.result();
  expect(afterRetry).toMatchObject({ status: 'completed', content: 'heard: gated done' });
  expect(effects(retried)).toEqual(['gated by ann', 'gated by ann', 'gated by ann went on']);
  expect(afterRetry.stepRequirements.map(({ id, resolution }) => [id, resolution])).toEqual([
    ['pay#executor', 'confirmed'],
    ['pay#error', 'retried'],
  ]);
  expect(await given.result()).toMatchObject({
    content: 'heard: the bank says: paid',
    stepRequirements: [{}, { resolution: 'skipped', result: 'the bank says: paid', resolvedBy: 'ben' }],
  });
  expect(await without.result()).toMatchObject({
    content: expect.stringContaining('It is not known whether the call has run'),
  });
  expect(await cancelled.result()).toMatchObject({ status: 'cancelled' });
  for (const run of [given, without, cancelled]) expect(effects(run)).toEqual(['gated by ann']);
});
