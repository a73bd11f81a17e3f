/** Waiting for a run: how a wait ends, what it says meanwhile, and what it follows. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { WaitTimeout } from '../../client/errors.ts';
import { startOf, tailHistory } from '../../client/history-tail.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { clientGate } from '../workflows/client-runs.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

test.concurrent('ends at once by a signal, and by its timeout', async () => {
  const controller = new AbortController();
  const waiting = client.run('clientRelay', { input: 1, signal: controller.signal });
  await sleep(300);
  const before = Date.now();
  controller.abort(new Error('changed my mind'));
  await expect(waiting).rejects.toThrow('changed my mind');
  expect(Date.now() - before).toBeLessThan(1_000);
  await expect(client.run('clientRelay', { input: 1, timeout: '300ms' })).rejects.toThrow(WaitTimeout);
  await expect(client.run('clientRelay', { input: 1, timeout: '5' as never })).rejects.toThrow(
    /duration with its unit/,
  );
});

test.concurrent('ends with what is told of it throws', async () => {
  const onWaiting = () => {
    throw new Error('a mistake of the caller');
  };
  const own = new HoldpointClient(server.client, { taskQueue: `nobody-${randomUUID()}`, onWaiting });
  await expect(own.run('clientGate', { input: 1 })).rejects.toThrow('a mistake of the caller');
});

test.concurrent('of an answer says that it is sent, where nobody is there to take it', async () => {
  const taskQueue = `late-${randomUUID()}`;
  const worker = await server.worker({ taskQueue });
  const run = await client.run('clientGate', { input: 1, taskQueue });
  await worker.stop();
  run.activeStepRequirements[0]!.confirm();
  await expect(client.continueRun(run, { timeout: '300ms' })).rejects.toThrow(/Your answer is on its way/);
  await server.worker({ taskQueue });
  expect((await client.wait(run)).status).toBe('completed');
});

test.concurrent('says that it waits for a worker, and goes on when one comes', async () => {
  const taskQueue = `late-${randomUUID()}`;
  const onWaiting = vi.fn();
  const patient = new HoldpointClient(server.client, { taskQueue, onWaiting });
  const waiting = patient.wait(await patient.start(clientGate, { input: 'IN', runId: taskQueue }));
  await expect(patient.wait(taskQueue, { timeout: 8_000 })).rejects.toThrow(
    /waiting for a worker: no worker polls task queue/,
  );
  await vi.waitFor(() => expect(onWaiting).toHaveBeenCalledTimes(2), 10_000);
  const worker = await server.worker({ taskQueue });
  const paused = await waiting;
  await worker.stop();

  const unattended = await patient.getRun(taskQueue);
  expect(unattended).toMatchObject({ status: 'paused', complete: false, workflowName: 'clientGate', content: null });
  expect(unattended.activeStepRequirements[0]).toMatchObject({ message: 'Go on?', preview: '"a<IN>"' });
  unattended.activeStepRequirements[0]!.confirm();
  const answered = patient.continueRun(unattended, { by: 'cleo' });
  paused.activeStepRequirements[0]!.reject();
  await sleep(200);
  const tooLate = patient.continueRun(paused, { by: 'dan' });
  await sleep(500);
  await server.worker({ taskQueue });
  await expect(tooLate).rejects.toThrow(/already confirmed by cleo/);
  expect(await answered).toMatchObject({ status: 'completed' });
});

test.concurrent('workers of a version that is not current are named, with the command that makes it so', async () => {
  const taskQueue = `versioned-${randomUUID()}`;
  const deploymentName = `shop-${randomUUID()}`;
  const worker = await server.worker({ taskQueue, versioning: { deploymentName, buildId: 'b1' } });
  const run = await client.start('clientGate', { input: 1, taskQueue });
  const reason = () => client.wait(run, { timeout: '1s' }).catch(({ message }: Error) => message);
  const command = `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id b1 --namespace default`;
  await expect.poll(reason, { timeout: 60_000 }).toContain(command);
  expect(await reason()).toContain(
    `waiting for a current version: the workers of task queue '${taskQueue}' are build b1 of deployment '${deploymentName}'`,
  );
  const { workflowService, options } = server.client;
  const version = { namespace: options.namespace, deploymentName, buildId: 'b1' };
  await workflowService.setWorkerDeploymentCurrentVersion(version);
  const paused = await client.wait(run);
  await worker.stop();
  // It is pinned by now, so workers of another version are of no use to it.
  paused.activeStepRequirements[0]!.confirm();
  const answered = await client.continueRun(paused, { timeout: '8s' }).catch(({ message }: Error) => message);
  expect(answered).toMatch(/no worker polls|have stopped or are busy/);
  expect(answered).toContain(`needs a worker of its version, build b1 of deployment '${deploymentName}'`);
  await server.client.workflow.getHandle(run.runId).terminate();
});

test.concurrent('follows continue-as-new, event by event', async () => {
  const handle = await server.client.workflow.start('clientRelay', {
    args: [1],
    taskQueue: server.taskQueue,
    workflowId: randomUUID(),
  });
  const executions: string[] = [];
  const pages = tailHistory(
    server.client,
    handle.workflowId,
    startOf(handle.firstExecutionRunId),
    new AbortController().signal,
  );
  await handle.signal('next');
  let signalled = 1;
  for await (const { events, cursor } of pages) {
    const again = events.some((event) => event.workflowExecutionContinuedAsNewEventAttributes);
    if (again && signalled++ < 2) await handle.signal('next');
    executions.push(cursor.executionId);
  }
  expect(new Set(executions).size).toBe(3);
});
