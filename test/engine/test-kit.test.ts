/** The testing kit: scripted humans, what they are told when they have nothing to say, and time. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { after, confirm, createTestEnv, reject, retry, type TestEnv } from '../kit/index.ts';

const bundle = () => ({ code: readFileSync(inject('bundlePath'), 'utf8') });
let env: TestEnv;
beforeAll(async () => {
  const quick = async ({ stepName }: { readonly stepName: string }) => `quick ${stepName}`;
  env = await createTestEnv({ workflowBundle: bundle(), activities: { quick } });
});
afterAll(() => env.close());

test('answers by step, by kind and by id', async () => {
  for (const key of ['b', 'confirmation', 'b#confirmation']) {
    expect(await env.run('skeleton', 'IN', { answers: { [key]: confirm() } })).toMatchObject({ content: 'b<a<IN>>' });
  }
});

test('a missing answer tells what was asked and what to add, and leaves no run behind', async () => {
  const runId = 'missing-answer';
  const run = env.run('skeleton', 'IN', { runId });
  await expect(run).rejects.toThrow(
    /b#confirmation \(confirmation of b\): Go on\?[^]*Add to `answers`: b: confirm\(\)/,
  );
  expect((await env.client.getRun(runId)).status).toBe('failed');
});

test('a workflow that the environment has not is named, and nothing waits for it', async () => {
  const workflowBundle = { ...bundle(), workflowTypes: ['skeleton'] };
  const small = await createTestEnv({ workflowBundle });
  await expect(small.run('nope', 'IN')).rejects.toThrow("There is no workflow 'nope' in this environment: skeleton.");
  await small.close();
});

test('an answer that nobody asked for is named', async () => {
  const answers = { b: [confirm(), reject('why')], c: confirm() };
  await expect(env.run('skeleton', 'IN', { answers })).rejects.toThrow(/b\[1\]: reject\("why"\)\n {2}c: confirm\(\)/);
});

test('an answer that does not fit is refused', async () => {
  await expect(env.run('skeleton', 'IN', { answers: { b: retry() } })).rejects.toThrow(/b#confirmation/);
  await expect(env.run('skeleton', 'IN', { answers: { b: confirm } })).rejects.toThrow('write confirm()');
});

test('what has a task queue of its own is served there, also after the workers were replaced', async () => {
  const run = await env.killAtEveryPause('executorElsewhere', 'IN', { answers: { far: confirm() } });
  expect(run).toMatchObject({ content: 'quick inside', stepResults: [{ content: 'quick far' }, {}] });
});

test('a deadline passes where nobody answers for so long; before it, the next answer counts', async () => {
  const passed = await env.run('deadline', 'IN', { answers: { a: after('2 days') } });
  expect(passed).toMatchObject({ status: 'cancelled', stepRequirements: [{ resolvedBy: 'timeout' }] });
  const answered = await env.run('deadline', 'IN', { answers: { a: [after('1 day'), confirm()] } });
  expect(answered).toMatchObject({ status: 'completed', stepRequirements: [{ resolvedBy: 'tester' }] });
  await expect(env.run('deadline', 'IN', { answers: { a: after('1 day') } })).rejects.toThrow(/1 day have passed/);
});

test('what is asked because a deadline has passed is asked at that time', async () => {
  const timer = { primitive: 'Step', kind: 'confirmation', onTimeout: 'reject', onReject: 'retry' };
  const answers = { node: [after('1 day'), confirm()] };
  const { stepRequirements } = await env.run('timerCase', timer, { answers });
  expect(stepRequirements.map(({ resolvedBy }) => resolvedBy)).toEqual(['timeout', 'tester']);
  const unanswered = env.run('timerCase', timer, { answers: { node: after('1 day') } });
  await expect(unanswered).rejects.toThrow(/nobody answers[^]*node#confirmation~2/);
});

test('several wait at once, each for its own time', async () => {
  const run = await env.run('parallelDeadlines', 'IN', {
    answers: { yes: after('2 hours'), no: after('1 hour'), none: after('3 hours'), free: confirm() },
  });
  expect(run.stepRequirements.map(({ resolvedBy }) => resolvedBy)).toEqual(['timeout', 'timeout', 'timeout', 'tester']);
});

test('a run that goes another way after a kill fails, and says where', async () => {
  let runs = 0;
  const killed = env.killAtEveryPause('skeleton', 'IN', {
    answers: { b: confirm() },
    effects: () => ({ paid: ++runs }),
  });
  await expect(killed).rejects.toThrow(/killed at pause 1 of 1 \(b#confirmation\)[^]*effects\.paid: expected 1, got 2/);
});
