/** A run that is begun again and again under one id, by Temporal's cron or a function of the user's: each is a run of its own (H3, H5). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { InvalidAnswer } from '../../client/errors.ts';
import type { Run } from '../../client/run.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

test.each([
  ['cron', 'cronGate', { cronSchedule: '@every 1s' }],
  ['a function', 'again', {}],
])('by %s: a late answer and an idempotency key are those of one, events and audit have all', async (_, type, how) => {
  const runId = `${type}-${randomUUID()}`;
  const { taskQueue } = server;
  await server.client.workflow.start(type, { taskQueue, workflowId: runId, args: [1], ...how });
  const events = client.events(runId);
  const keys: unknown[] = [];
  const answerNext = async (): Promise<Run> => {
    const run = await vi.waitUntil(async () => {
      const now = await client.getRun(runId);
      return now.isPaused && now;
    }, 15_000);
    const [requirement] = run.activeStepRequirements;
    keys.push(requirement!.output);
    requirement!.confirm();
    await client.continueRun(run, { by: 'ann', until: 'accepted' });
    return run;
  };
  const first = await answerNext();
  await vi.waitUntil(async () => (await client.getRun(runId)).isPaused, 15_000);
  await expect(client.continueRun(first, { by: 'bob' })).rejects.toThrow(InvalidAnswer);
  await answerNext();
  await server.client.workflow.getHandle(runId).terminate();
  expect(new Set(keys).size).toBe(2);
  const audit = (await client.audit(runId)).map((entry) => ('by' in entry ? `${entry.what} ${entry.by}` : entry.what));
  expect(audit.slice(1, 11)).toEqual([
    ...['asked', 'sent ann', 'decided ann', 'ended'],
    ...['started', 'asked', 'sent bob', 'refused bob', 'sent ann', 'decided ann'],
  ]);
  const told: string[] = [];
  for await (const event of events) if ('resolvedBy' in event) told.push(`${event.event} ${event.resolvedBy}`);
  expect(told).toEqual(['StepContinued ann', 'StepContinued ann']);
});
