/** A Temporal cancel: from then on nothing begins and nobody is asked, whatever was answered. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { calledSteps } from '../support/drive.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

async function told({ handle }: TestRun): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of client.events(handle.workflowId)) names.push(event);
  return names;
}

test.concurrent.each(['before', 'after'])('an answer that comes %s it lets nothing begin', async (when) => {
  const taskQueue = `cancel-${randomUUID()}`;
  const worker = await server.worker({ taskQueue });
  const run = await server.start('cancelledAtGates', 'IN', undefined, { taskQueue });
  const open = await run.paused(2);
  await worker.stop();
  // Both in one workflow task.
  if (when === 'after') await run.handle.cancel();
  await run.answer('approve', open.find(({ stepName }) => stepName === 'inline')!);
  await run.answer('reject', open.find(({ stepName }) => stepName === 'reviewed')!, { feedback: 'again' });
  if (when === 'before') await run.handle.cancel();
  await server.worker({ taskQueue });
  await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
  expect(await calledSteps(run)).toEqual(['reviewed']);
  expect((await run.output()).stepRequirements).toHaveLength(2);
  // Nor does the run say so.
  expect((await told(run)).slice(-3)).toEqual(['StepContinued', 'StepContinued', 'WorkflowCancelled']);
});

test.concurrent('what has ended in spite of it is not reviewed', async () => {
  const run = await server.start('cancelledBeforeReview');
  await run.until(({ status }) => status === 'running');
  await run.handle.cancel();
  await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
  expect(await told(run)).toEqual(['WorkflowStarted', 'StepStarted', 'StepOutput', 'WorkflowCancelled']);
  expect((await run.output()).stepRequirements).toEqual([]);
});
