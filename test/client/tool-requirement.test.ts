/** Tool calls through the thin client: the methods of requirements and of their calls, with and without a worker. */
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { connect } from '../../client/connect.ts';
import { InvalidAnswer, RequirementAlreadyResolved, UnresolvedRequirements } from '../../client/errors.ts';
import { Requirement } from '../../client/requirement.ts';
import type { Run } from '../../client/run.ts';
import { agents, call, calls, effectsOf, play, type Turn } from '../support/agents.ts';
import { requirementFields } from '../support/requirement.ts';
import { openServer, type RunningWorker, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue, onWaiting: () => {} });
});
afterAll(() => server.close());

const start = (...turns: Turn[]) => client.run('agentMarathon', { input: play(...turns) });
const pay = (n: number) => call('pay', { to: `${n}`, euros: n }, `c${n}`);
const book = call('book', { flight: 'LH1' }, 'b1');
const deploy = call('deploy', { version: '7' }, 'd1');
const one = (run: Run) => run.stepsRequiringExecutorResolution[0]!;

test('a run paused by a tool call says so, and goes on when it is answered', async () => {
  let run = await start(calls(pay(1)), 'x');
  expect(run).toMatchObject({ isPaused: true, pauseKind: 'executor', pausedStepName: 'g' });
  expect(one(run).tools).toMatchObject([{ toolName: 'pay', requiresConfirmation: true, args: { euros: 1 } }]);
  one(run).confirm();
  run = await client.continueRun(run, { by: 'ann' });
  expect(run).toMatchObject({ status: 'completed', usage: { totalTokens: 24 } });
  expect(run.stepRequirements[0]!.tools[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });
  expect(effectsOf(run.runId)).toHaveLength(1);
});

test('every call takes its own answer, and only that; the last call of a method wins', async () => {
  let run = await start(calls(pay(1), book, deploy), 'x');
  const [payment, seat, deployment] = one(run).tools;
  expect(() => payment!.provideUserInput({ x: 1 })).toThrow(InvalidAnswer);
  expect(() => payment!.setExternalExecutionResult('x')).toThrow(
    /'result' is no answer to it; it takes confirm, reject/,
  );
  expect(() => seat!.confirm()).toThrow(InvalidAnswer);
  expect(() => seat!.provideUserInput({ seat: 7 })).toThrow(/seat/);
  expect(() => deployment!.confirm()).toThrow(InvalidAnswer);
  expect(one(run).decision).toBeUndefined();
  await expect(client.continueRun(run)).rejects.toThrow(UnresolvedRequirements);
  payment!.confirm();
  payment!.reject('no');
  seat!.provideUserInput({ seat: '2C' });
  deployment!.setExternalExecutionResult({ ok: true });
  run = await client.continueRun(run);
  expect(run.stepRequirements[0]!.tools).toMatchObject([
    { resolution: 'rejected', note: 'no' },
    { userInput: { seat: '2C' } },
    { result: { ok: true } },
  ]);
  expect(effectsOf(run.runId)).toEqual(['book {"flight":"LH1","seat":"2C"}']);
});

test('some can be answered now and the others later, by different people', async () => {
  let run = await start(calls(pay(1), pay(2)), 'x');
  one(run).tools[1]!.confirm();
  run = await client.continueRun(run, { by: 'ann' });
  expect(run.isPaused).toBe(true);
  const [first, second] = one(run).tools;
  expect(second).toMatchObject({ isResolved: true, resolvedBy: 'ann' });
  expect(() => second!.reject()).toThrow(RequirementAlreadyResolved);
  // From a page that has no run, too: it does not fit because somebody was first, not because it is wrong.
  const decision = { requirement: one(run).id, toolCall: second!.toolCallId, action: 'reject' } as const;
  const late = await client.continueRun({ runId: run.runId, decisions: [decision] }).catch((error: unknown) => error);
  expect(late).toBeInstanceOf(RequirementAlreadyResolved);
  expect(late).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });
  first!.reject();
  run = await client.continueRun(run, { by: 'bea' });
  expect(run.status).toBe('completed');
  expect(effectsOf(run.runId)).toHaveLength(1);
});

test('the requirement’s own methods are for all its calls, or for the only one', async () => {
  const several = await start(calls(pay(1), book), 'x');
  expect(() => one(several).confirm()).toThrow(InvalidAnswer);
  expect(one(several).decision).toBeUndefined();
  expect(() => one(several).provideUserInput({ seat: '2C' })).toThrow(
    /answer one of its calls, in `tools`: c1 \(pay\), b1 \(book\)/,
  );
  one(several).reject('all of it');
  expect((await client.continueRun(several)).stepRequirements[0]!.tools).toMatchObject([
    { note: 'all of it' },
    { note: 'all of it' },
  ]);
  // What was said of one call is not taken back by a yes to all.
  const mixed = await start(calls(pay(1), pay(2), book), 'x');
  one(mixed).tools[0]!.reject('not this one');
  one(mixed).tools[2]!.provideUserInput({ seat: '2C' });
  one(mixed).confirm();
  expect((await client.continueRun(mixed)).stepRequirements[0]!.tools).toMatchObject([
    { resolution: 'rejected', note: 'not this one' },
    { resolution: 'confirmed' },
    { resolution: 'confirmed', userInput: { seat: '2C' } },
  ]);
  const form = await start(calls(book), 'x');
  one(form).provideUserInput({ seat: '2C' });
  expect((await client.continueRun(form)).status).toBe('completed');
  const elsewhere = await start(calls(deploy), 'x');
  one(elsewhere).setExternalExecutionResult('deployed');
  expect((await client.continueRun(elsewhere)).status).toBe('completed');
});

test('an answer that came too late is an error that says who was first', async () => {
  const mine = await start(calls(pay(1), pay(2)), 'x');
  const theirs = await client.getRun(mine.runId);
  one(mine).tools[0]!.confirm();
  await client.continueRun(mine, { by: 'ann' });
  one(theirs).tools[0]!.reject();
  one(theirs).tools[1]!.confirm();
  const refused = await client.continueRun(theirs, { by: 'eve' }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RequirementAlreadyResolved);
  expect((refused as Error).message).toMatch(
    /^requirement 'g#executor': tool call 'c1' is already confirmed by ann at .*; this answer changed nothing/,
  );
});

test('a call that nobody answered takes no answer once its requirement is closed', async () => {
  const run = await start(calls(pay(1)), 'x');
  const cancelled = await client.cancel(run.runId, 'enough');
  expect(cancelled.status).toBe('cancelled');
  const closed = new Requirement({ ...requirementFields('executor'), tools: one(run).tools, resolution: 'withdrawn' });
  expect(() => closed.tools[0]!.confirm()).toThrow(RequirementAlreadyResolved);
});

test('by hand, from another process: the digest of what is shown is filled in', async () => {
  const { runId } = await start(calls(pay(1)), 'x');
  const decisions = [{ requirement: 'g#executor', tools: { c1: { action: 'confirm' } } }] as const;
  expect((await client.continueRun({ runId, decisions, by: 'ann' })).status).toBe('completed');
});

test('without a worker, the memo shows the calls, and they can be answered', async () => {
  const taskQueue = `${server.taskQueue}-alone`;
  const worker: RunningWorker = await server.worker({ taskQueue });
  const { runId } = await client.run('agentMarathon', { input: play(calls(pay(1), book), 'x'), taskQueue });
  await worker.stop();
  const run = await client.getRun(runId);
  expect(run).toMatchObject({ complete: false, isPaused: true, pauseKind: 'executor' });
  expect(one(run).tools).toMatchObject([
    { toolCallId: 'c1', toolName: 'pay', preview: '{"to":"1","euros":1,"reference":"none"}' },
    { toolCallId: 'b1', kind: 'user_input', userInputSchema: { required: ['seat'] } },
  ]);
  one(run).tools[0]!.confirm();
  one(run).tools[1]!.provideUserInput({ seat: '2C' });
  const ended = client.continueRun(run);
  await server.worker({ taskQueue });
  expect((await ended).status).toBe('completed');
  expect(effectsOf(runId)).toHaveLength(2);
});

test('a history that is larger than a message of 4 MB is read all the same', async () => {
  // Eight results of 200 KB, and each of the three model calls has those before it: no place before to continue as new.
  const large = Array.from({ length: 8 }, (_, index) => call('returns', { bytes: 200_000 }, `large ${index}`));
  const { runId } = await start(calls(...large), calls(pay(1)), 'x');
  vi.stubEnv('TEMPORAL_ADDRESS', inject('address'));
  // From another process, which reads from the start.
  const other = await connect();
  const decisions = [{ requirement: 'g#executor', action: 'confirm' }] as const;
  expect((await other.continueRun({ runId, decisions })).status).toBe('completed');
  const { historySize } = await server.client.workflow.getHandle(runId).describe();
  expect(historySize).toBeGreaterThan(4 * 1024 * 1024);
  const events: string[] = [];
  for await (const { event } of other.events(runId)) events.push(event);
  expect(events.at(-1)).toBe('WorkflowCompleted');
  await other.close();
});
