import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTestEnv, type TestEnv } from '../kit/index.ts';

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
