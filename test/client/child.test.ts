/** A workflow that fails because another one's run has failed: what that one did is not its own. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { RunFailed } from '../../client/errors.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

test('the run of a child that fails is not told as that of its parent', async () => {
  const runId = `parent-${randomUUID()}`;
  await server.client.workflow.start('failsByChild', { taskQueue: server.taskQueue, workflowId: runId, args: ['IN'] });
  await expect(client.wait(runId)).rejects.toThrow(RunFailed);
  expect(await client.getRun(runId)).toMatchObject({ runId, status: 'failed', stepResults: [] });
  expect(await client.getRun(`${runId}-child`)).toMatchObject({ stepResults: [{ name: 'refuse' }] });
  const events: string[] = [];
  for await (const { event } of client.events(runId)) events.push(event);
  expect(events).toEqual(['WorkflowError']);
});
