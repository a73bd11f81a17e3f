/** docs/testing.md shows this file, whole: scripted humans. */
import { fileURLToPath } from 'node:url';
import { after, confirm, createTestEnv, expectGates, reject, type TestEnv } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from './activities.ts';
import { refund } from './workflows.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));

let env: TestEnv;
beforeAll(async () => {
  env = await createTestEnv({ workflowsPath, activities });
}, 60_000);
afterAll(() => env.close());

test('a refund is paid when a human says so', async () => {
  const run = await env.run(refund, 40, { answers: { pay: confirm() }, by: 'ann' });
  expect(run).toMatchObject({ status: 'completed', content: { paid: 'Refund EUR 40' } });
  expect(run.stepRequirements).toMatchObject([{ message: 'Pay it?', resolution: 'confirmed', resolvedBy: 'ann' }]);
});

test('a refund is not paid when a human says no', async () => {
  const run = await env.run(refund, 40, { answers: { pay: reject('too much') } });
  expect(run.stepRequirements).toMatchObject([{ resolution: 'rejected', rejectionFeedback: 'too much' }]);
  expect(run.content).toBe('Refund EUR 40');
});

test('a refund that nobody answers for two days is cancelled', async () => {
  const run = await env.run(refund, 40, { answers: { pay: after('2 days') } });
  expect(run.status).toBe('cancelled');
});

test('a refund asks before it is paid', () => {
  expectGates(refund).toEqual(['pay: confirmation, onReject skip, timeout 2 days cancel']);
});

test('a refund survives a dead worker', async () => {
  await env.killAtEveryPause(refund, 40, { answers: { pay: confirm() } });
});
