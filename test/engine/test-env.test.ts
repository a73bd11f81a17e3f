import { readFileSync } from 'node:fs';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { holdpointPlugin } from '../../worker/plugin.ts';
import { createTestEnv, type TestEnv, timeSkippingClient } from '../kit/index.ts';

let env: TestEnv;
beforeAll(async () => {
  env = await createTestEnv({ workflowBundle: { code: readFileSync(inject('bundlePath'), 'utf8') } });
});
afterAll(() => env.close());

test('a run pauses, is answered and ends', async () => {
  const run = await env.client.run('skeleton', { input: 'IN' });
  run.stepsRequiringConfirmation[0]!.confirm();
  expect(await env.client.continueRun(run)).toMatchObject({ status: 'completed', content: 'b<a<IN>>' });
});

test('time stands still until it is moved, and then deadlines pass', async () => {
  const run = await env.client.run('deadline', { input: 'IN' });
  await env.advance('1 day');
  expect(await env.client.getRun(run.runId)).toMatchObject({ status: 'paused' });
  await env.advance('25 hours');
  const ended = await env.client.wait(run);
  expect(ended).toMatchObject({ status: 'cancelled' });
  expect(ended.stepRequirements[0]).toMatchObject({ resolution: 'cancelled', resolvedBy: 'timeout' });
});

test('a duration without its unit is refused', async () => {
  await expect(env.advance('5' as never)).rejects.toThrow(/has its unit/);
});

test('a time-skipping environment of the user takes its own client, and no other waits there without end', async () => {
  const path = inject('testServer');
  const own = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const worker = await Worker.create({
    ...{ connection: own.nativeConnection, taskQueue: 'own', plugins: [holdpointPlugin({ searchAttributes: false })] },
    workflowBundle: { code: readFileSync(inject('bundlePath'), 'utf8') },
  });
  await worker.runUntil(async () => {
    const plain = new HoldpointClient(own.client, { taskQueue: 'own' });
    const waits = plain.run('deadline', { input: 'IN', timeout: '10s' });
    await expect(waits).rejects.toThrow(/timeSkippingClient\(env\)/);
    const client = timeSkippingClient(own, { taskQueue: 'own' });
    const run = await client.run('deadline', { input: 'IN', timeout: '10s' });
    expect(run.status).toBe('paused');
    await own.sleep('49 hours');
    expect(await client.wait(run)).toMatchObject({ status: 'cancelled' });
  });
  await own.teardown();
});
