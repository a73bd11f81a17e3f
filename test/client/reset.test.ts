/** A reset puts a run back, also one that has ended: what people decided since must be told, and be told as it was. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { InvalidAnswer } from '../../client/errors.ts';
import type { Run } from '../../client/run.ts';
import { eventsOf, ofType, untilHistory } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
let drafts = 0;
beforeAll(async () => {
  server = await openServer({ slow: async () => `draft ${(drafts += 1)}` });
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

/** `ResetReapplyType`: what is sent again to the run, of what was sent after the place that it is reset to. */
const REAPPLY = { signals: 1, nothing: 2 } as const;

/** To the first workflow task, as an operator does. */
async function reset({ runId }: Run, reapply: keyof typeof REAPPLY = 'nothing'): Promise<void> {
  const handle = server.client.workflow.getHandle(runId);
  const [first] = ofType(await eventsOf(handle), 'WorkflowTaskCompleted');
  await server.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: runId, runId: (await handle.describe()).runId },
    reason: 'an operator’s',
    workflowTaskFinishEventId: first!.eventId!,
    resetReapplyType: REAPPLY[reapply],
    requestId: randomUUID(),
  });
}

async function answered(run: Run, how: 'confirm' | 'reject', by: string): Promise<Run> {
  run.activeStepRequirements[0]![how]();
  return client.continueRun(run, { by });
}

async function decisionsOf(runId: string): Promise<string[]> {
  const audit = await client.audit(runId);
  return audit.flatMap((entry) => (entry.what === 'decided' ? [`${entry.by} ${entry.resolution}`] : []));
}

test('after the end: the audit and the events have both lives', async () => {
  const first = await answered(await client.run('clientGate', { input: 'x' }), 'reject', 'bob');
  expect(first.status).toBe('completed');
  await reset(first);
  const again = await client.wait(first.runId);
  expect(again.isPaused).toBe(true);
  expect((await answered(again, 'confirm', 'ann')).content).toBe('b');
  expect(await decisionsOf(first.runId)).toEqual(['bob rejected', 'ann confirmed']);
  const told: string[] = [];
  for await (const event of client.events(first.runId)) {
    told.push('resolvedBy' in event ? `${event.event} ${event.resolvedBy}` : event.event);
  }
  expect(told.filter((each) => /Continued|^Workflow/.test(each))).toEqual([
    ...['WorkflowStarted', 'WorkflowPaused', 'StepContinued bob', 'WorkflowCompleted'],
    ...['WorkflowStarted', 'WorkflowPaused', 'StepContinued ann', 'WorkflowCompleted'],
  ]);
});

test('at a pause: the audit has what each was shown', async () => {
  const run = await client.run('clientReview', { input: 'x' });
  const [before] = run.activeStepRequirements;
  await reset(run);
  const again = await client.wait(run);
  const [asked] = again.activeStepRequirements;
  expect(asked!.output).not.toBe(before!.output);
  await answered(again, 'confirm', 'ann');
  const audit = await client.audit(run.runId);
  const shown = audit.flatMap((entry) => (entry.what === 'asked' ? [entry.shown!.digest] : []));
  expect(shown).toEqual([before!.digest, asked!.digest]);
  expect(audit.filter(({ what }) => what === 'reset')).toMatchObject([{ reason: 'an operator’s' }]);
  expect(await decisionsOf(run.runId)).toEqual(['ann confirmed']);
});

test('an answer made before it, to a run that had ended and asks the same again, takes effect and says so', async () => {
  const run = await client.run('clientGate', { input: 'x' });
  await answered(await client.getRun(run.runId), 'reject', 'bob');
  await reset(run);
  await client.wait(run.runId);
  expect(await answered(run, 'confirm', 'ann')).toMatchObject({ status: 'completed', content: 'b' });
  expect(await decisionsOf(run.runId)).toEqual(['bob rejected', 'ann confirmed']);
});

test('a wait that knows the end of a run goes on with it', async () => {
  const ended = await answered(await client.run('clientGate', { input: 'x' }), 'reject', 'bob');
  await reset(ended);
  expect((await client.wait(ended)).isPaused).toBe(true);
});

test.each([
  // It is delivered before the run has asked again.
  ['brings anew is too early', 'signals', 'not_found'],
  ['drops is lost', 'nothing', 'invalid'],
] as const)('an answer on its way that it %s, and its sender learns of it', async (_, reapply, code) => {
  const taskQueue = `reset-${randomUUID()}`;
  const worker = await server.worker({ taskQueue });
  const run = await client.run('clientGate', { input: 'x', taskQueue });
  await worker.stop();
  const outcome = answered(run, 'confirm', 'ann').catch((error: unknown) => error);
  await untilHistory(
    server.client.workflow.getHandle(run.runId),
    (events) => ofType(events, 'WorkflowExecutionSignaled').length > 0,
  );
  await reset(run, reapply);
  await server.worker({ taskQueue });
  expect(await outcome).toBeInstanceOf(InvalidAnswer);
  expect(await outcome).toMatchObject({ refusals: [{ requirement: 'b#confirmation', code }] });
});
