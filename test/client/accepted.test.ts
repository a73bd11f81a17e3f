/** `until: 'accepted'`: answering without waiting for what comes next, and never for less than the run's own word. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { RequirementAlreadyResolved, RunFailed, RunNotPaused } from '../../client/errors.ts';
import { openServer, type TestServer } from '../support/server.ts';

/** Steps that end when they are told to, by run. */
const atWork = new Map<string, () => void>();
const activities = {
  slow: ({ runId }: { readonly runId: string }) =>
    new Promise<string>((resolve) => atWork.set(runId, () => resolve('draft'))),
};

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer(activities as never);
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

test.concurrent('resolves while the next step is at work, and waits on from there', async () => {
  const paused = await client.run('clientChain', { input: 'IN' });
  const [form] = paused.activeStepRequirements;
  form!.setUserInput({ limit: 3 });
  form!.confirm();
  const run = await client.continueRun(paused, { by: 'ann', until: 'accepted', timeout: '20s' });
  expect(run).toMatchObject({ status: 'running', complete: true });
  expect(run.stepRequirements).toMatchObject([{ resolution: 'confirmed', resolvedBy: 'ann' }]);
  await expect.poll(() => atWork.has(run.runId)).toBe(true);
  const waiting = client.wait(run, { timeout: '20s' });
  atWork.get(run.runId)!();
  expect((await waiting).activeStepRequirements).toMatchObject([{ kind: 'output_review', output: 'draft' }]);
  await client.cancel(run.runId, 'enough');
});

test.concurrent('is the run as it is then: at its next question, or with the others still open', async () => {
  const twice = await client.run('clientTwice', { input: 1 });
  twice.activeStepRequirements[0]!.confirm();
  const next = await client.continueRun(twice, { until: 'accepted' });
  expect(next).toMatchObject({ status: 'paused', pausedStepName: 'two' });
  const both = await client.run('clientParallel', { input: 1 });
  const { runId } = both;
  const [left] = both.activeStepRequirements;
  const decisions = [{ requirement: left!.id, digest: left!.digest, action: 'confirm' as const }];
  const rest = await client.continueRun({ runId, decisions, by: 'ann' }, { until: 'accepted' });
  expect(rest.activeStepRequirements).toMatchObject([{ stepName: 'right' }]);
  await Promise.all([next, both].map((run) => client.cancel(run.runId, 'enough')));
});

test.concurrent('a run that ends on the answer has ended; one that fails throws', async () => {
  const gate = await client.run('clientGate', { input: 1 });
  gate.activeStepRequirements[0]!.confirm();
  expect(await client.continueRun(gate, { until: 'accepted' })).toMatchObject({ status: 'completed', content: 'b' });
  const failing = await client.run('clientFails', { input: 1 });
  failing.activeStepRequirements[0]!.confirm();
  await expect(client.continueRun(failing, { until: 'accepted' })).rejects.toThrow(RunFailed);
});

test.concurrent('a refused answer throws', async () => {
  const first = await client.run('clientTwice', { input: 1 });
  const second = await client.getRun(first.runId);
  first.activeStepRequirements[0]!.confirm();
  await client.continueRun(first, { by: 'ann', until: 'accepted' });
  second.activeStepRequirements[0]!.reject();
  const refused = client.continueRun(second, { by: 'bob', until: 'accepted' });
  await expect(refused).rejects.toThrow(RequirementAlreadyResolved);
  await expect(refused).rejects.toThrow(/already confirmed by ann/);
  await client.cancel(first.runId, 'enough');
  await expect(client.continueRun(second, { until: 'accepted' })).rejects.toThrow(RunNotPaused);
  await expect(client.continueRun(second, { until: 'sent' as never })).rejects.toThrow(/'pause' or 'accepted'/);
});

test.concurrent('nothing is accepted while no worker is there to take it', async () => {
  const taskQueue = `late-${randomUUID()}`;
  const worker = await server.worker({ taskQueue });
  const run = await client.run('clientTwice', { input: 1, taskQueue });
  await worker.stop();
  run.activeStepRequirements[0]!.confirm();
  const answered = client.continueRun(run, { until: 'accepted', timeout: '3s' });
  await expect(answered).rejects.toThrow(/Your answer is on its way/);
  const late = await server.worker({ taskQueue });
  expect(await client.wait(run.runId)).toMatchObject({ status: 'paused', pausedStepName: 'two' });
  await late.stop();
});
