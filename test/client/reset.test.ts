/** A reset puts a run back, also one that has ended: what people decided since must be told, and be told as it was. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { InvalidAnswer } from '../../client/errors.ts';
import type { Run } from '../../client/run.ts';
import { eventsOf, ofType, untilHistory } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
let drafts = 0;
/** Drafts wait for it. */
let held: Promise<void> | undefined;
beforeAll(async () => {
  server = await openServer({
    slow: async () => {
      await held;
      return `draft ${(drafts += 1)}`;
    },
  });
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

/** `ResetReapplyType`: what is sent again to the run, of what was sent after the place that it is reset to. */
const REAPPLY = { signals: 1, nothing: 2 } as const;

/** Temporal's id of the newest execution. */
async function executionOf({ runId }: Run): Promise<string> {
  return (await server.client.workflow.getHandle(runId).describe()).runId;
}

interface Reset {
  readonly reapply?: keyof typeof REAPPLY;
  /** Which execution; default: the newest. */
  readonly of?: string;
  /** Which of its workflow tasks, as `at` counts; default: the first. */
  readonly task?: number;
}

/** As an operator does. */
async function reset(run: Run, { reapply = 'nothing', of, task = 0 }: Reset = {}): Promise<void> {
  const { runId } = run;
  const executionId = of ?? (await executionOf(run));
  const handle = server.client.workflow.getHandle(runId, executionId);
  const to = ofType(await eventsOf(handle), 'WorkflowTaskCompleted').at(task);
  await server.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: runId, runId: executionId },
    reason: 'an operator’s',
    workflowTaskFinishEventId: to!.eventId!,
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

/** Number and name of each event that says how the run stands. */
async function toldOf(runId: string): Promise<string[]> {
  const told: string[] = [];
  for await (const { sequence, event } of client.events(runId)) {
    if (/Continued|^Workflow/.test(event)) told.push(`${sequence} ${event}`);
  }
  return told;
}

test('again and again, to later and to earlier places: each life is told once, and none is left out', async () => {
  const run = await client.run('clientTwice', { input: 'x' });
  await answered(await client.wait(run), 'confirm', 'ann');
  await answered(await client.wait(run.runId), 'confirm', 'bob');
  const first = await toldOf(run.runId);
  // To its second question, and from there to its first.
  await reset(run, { task: 1 });
  await answered(await client.wait(run.runId), 'confirm', 'cleo');
  const second = await toldOf(run.runId);
  expect(second.slice(0, first.length)).toEqual(first);
  await reset(run);
  await answered(await client.wait(run.runId), 'reject', 'dan');
  await answered(await client.wait(run.runId), 'confirm', 'eve');
  const third = await toldOf(run.runId);
  expect(third.slice(0, second.length)).toEqual(second);
  expect(third.slice(second.length).map((each) => each.split(' ')[1])).toEqual(first.map((each) => each.split(' ')[1]));
  expect(await decisionsOf(run.runId)).toEqual([
    ...['ann confirmed', 'bob confirmed'],
    // Her answer stands before the place of the reset, and has its effect anew.
    ...['ann confirmed', 'cleo confirmed'],
    ...['dan rejected', 'eve confirmed'],
  ]);
});

test('twice of one execution: who reads the life in between goes on with the last', async () => {
  const run = await client.run('clientGate', { input: 'x' });
  const of = await executionOf(run);
  await reset(run, { of });
  const between = await client.wait(run.runId);
  const watching = toldOf(run.runId);
  await reset(between, { of });
  await answered(await client.wait(run.runId), 'confirm', 'ann');
  for (const told of [await watching, await toldOf(run.runId)]) expect(told.at(-1)).toMatch(/WorkflowCompleted$/);
  expect(await decisionsOf(run.runId)).toEqual(['ann confirmed']);
});

test('while somebody listens from an answer on: the listener hears of the pause that it comes to', async () => {
  const run = await client.run('clientChain', { input: 'x' });
  run.activeStepRequirements[0]!.setUserInput({ limit: 1 });
  run.activeStepRequirements[0]!.confirm();
  let release = () => {};
  held = new Promise((resolve) => (release = resolve));
  const stream = client.continueStream(run);
  const told: string[] = [];
  for await (const { event } of stream) {
    told.push(event);
    if (event === 'StepStarted' && held) {
      await reset(run);
      held = undefined;
    }
  }
  release();
  expect(told.at(-1)).toBe('WorkflowPaused');
  expect((await stream.run).activeStepRequirements[0]!.stepName).toBe('form');
});

test('of an execution that has continued as new: the end is that of the last', async () => {
  const run = await client.start('clientRelay', { input: 1 });
  const of = await executionOf(run);
  const handle = server.client.workflow.getHandle(run.runId);
  await handle.signal('next');
  while ((await executionOf(run)) === of) await sleep(50);
  await reset(run, { of });
  for (let round = 1; round < 3; round += 1) {
    const at = await executionOf(run);
    await handle.signal('next');
    while ((await executionOf(run)) === at) await sleep(50);
  }
  await handle.result();
  expect((await toldOf(run.runId)).at(-1)).toMatch(/WorkflowCompleted$/);
  expect((await client.audit(run.runId)).at(-1)).toMatchObject({ what: 'ended', status: 'completed' });
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
  await reset(run, { reapply });
  await server.worker({ taskQueue });
  expect(await outcome).toBeInstanceOf(InvalidAnswer);
  expect(await outcome).toMatchObject({ refusals: [{ requirement: 'b#confirmation', code }] });
});
