import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import {
  InvalidAnswer,
  InvalidInput,
  RequirementAlreadyResolved,
  RunAlreadyExists,
  RunFailed,
  RunNotFound,
  RunNotPaused,
  UnresolvedRequirements,
} from '../../client/errors.ts';
import type { WorkflowLike } from '../../client/start-run.ts';
import { eventsOf, typeOf } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { clientGate, clientInput } from '../workflows/client-runs.ts';

const activities = { slow: async () => 'draft' };

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer(activities);
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
});
afterAll(() => server.close());

/** Types of the events until its first pause. */
async function eventsAtPause(workflow: WorkflowLike): Promise<string[]> {
  const { runId } = await client.run(workflow, { input: 'IN' });
  return (await eventsOf(server.client.workflow.getHandle(runId))).map(typeOf);
}

const start = (name: string, input: unknown = 'IN') => client.run(name, { input });

describe('a run', () => {
  test('pauses, is answered and ends', async () => {
    let run = await client.run(clientGate, { input: 'IN', userId: 'u' });
    expect(run).toMatchObject({
      status: 'paused',
      isPaused: true,
      pauseKind: 'step',
      pausedStepName: 'b',
      complete: true,
    });
    expect(run.runId).toMatch(/^clientGate-[0-9a-f-]{36}$/);
    run.stepsRequiringConfirmation[0]!.confirm();
    run = await client.continueRun(run, { by: 'ann' });
    expect(run).toMatchObject({ status: 'completed', content: 'b', complete: true, isPaused: false });
    expect(run.stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann', isResolved: true });
    expect(await client.getRun(run.runId)).toEqual(run);
  });

  test('takes its definition along, so that its history needs no patch', async () => {
    const [known, named] = [await eventsAtPause(clientGate), await eventsAtPause('clientGate')];
    expect([known, named].map((types) => types.includes('MarkerRecorded'))).toEqual([false, true]);
    const more = named.filter((type) => type !== 'MarkerRecorded');
    more.splice(more.indexOf('UpsertWorkflowSearchAttributes'), 1);
    expect(known).toEqual(more);
  });

  test('goes through every kind of pause, past an activity', async () => {
    let run = await start('clientChain');
    const form = run.stepsRequiringUserInput[0]!;
    expect(run.stepsRequiringConfirmation).toEqual([form]);
    expect(() => form.setUserInput({ limit: 'many' })).toThrow(InvalidAnswer);
    form.setUserInput({ limit: 3 });
    await expect(client.continueRun(run)).rejects.toThrow(/form#confirmation\+userInput.*call confirm\(\) too/);
    form.confirm();
    run = await client.continueRun(run);
    run.stepsRequiringOutputReview[0]!.edit('better');
    run = await client.continueRun(run);
    run.stepsRequiringRoute[0]!.select('web');
    run = await client.continueRun(run);
    expect(run).toMatchObject({ status: 'completed', content: 'on the web' });
    expect(run.stepResults[1]).toMatchObject({ content: 'better' });
  });

  test('fails with the run attached', async () => {
    const run = await start('clientFails');
    run.activeStepRequirements[0]!.confirm();
    const error = await client.continueRun(run).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunFailed);
    expect((error as RunFailed).run).toMatchObject({
      status: 'failed',
      complete: true,
      error: { path: 'broken' },
    });
    expect(await client.getRun(run.runId)).toMatchObject({ status: 'failed' });
    await expect(client.wait(run.runId)).rejects.toThrow(RunFailed);
  });

  test('is refused before it starts when its input is wrong, or its id was used', async () => {
    await expect(client.run(clientInput, { input: { amount: 'x' } as never })).rejects.toThrow(InvalidInput);
    await expect(client.run('clientInput', { input: 'x'.repeat(3e6) })).rejects.toThrow(/bytes of JSON/);
    const runId = randomUUID();
    await client.start(clientInput, { input: { amount: 1 }, runId });
    await expect(client.start(clientInput, { input: { amount: 1 }, runId })).rejects.toThrow(RunAlreadyExists);
    expect(await client.wait(runId)).toMatchObject({ status: 'completed', content: { amount: 1 } });
    await expect(client.start(clientInput, { input: { amount: 1 }, runId })).rejects.toThrow(RunAlreadyExists);
    await expect(start('clientGate', Promise.resolve(1))).rejects.toThrow('got a promise: await it first');
    // Another client, which does not check.
    await expect(start('clientInput', {})).rejects.toThrow(RunFailed);
  });

  test('that nobody knows', async () => {
    await expect(client.getRun('nobody')).rejects.toThrow(RunNotFound);
    await expect(client.wait('')).rejects.toThrow(RunNotFound);
    await expect(client.cancel('nobody', 'r')).rejects.toThrow(RunNotFound);
    const decisions = [{ requirement: 'a', action: 'confirm' as const }];
    await expect(client.continueRun({ runId: 'nobody', decisions })).rejects.toThrow(RunNotFound);
  });

  test('is cancelled with a reason, and stays what it is when it has ended', async () => {
    const paused = await start('clientGate');
    const cancelled = await client.cancel(paused.runId, 'enough');
    expect(cancelled).toMatchObject({ status: 'cancelled', runId: paused.runId, complete: false });
    expect(await client.cancel(paused.runId, 'again')).toMatchObject({ status: 'cancelled' });
    const audit = await client.audit(paused.runId);
    expect(audit.slice(-3)).toMatchObject([
      { what: 'cancel', reason: 'enough', identity: expect.any(String) },
      { what: 'decided', resolution: 'withdrawn' },
      { what: 'ended', status: 'cancelled' },
    ]);
    paused.activeStepRequirements[0]!.confirm();
    await expect(client.continueRun(paused)).rejects.toThrow(/is cancelled and has no open requirement/);
  });

  test('is not cancelled where the wait for it cannot be', async () => {
    const { runId } = await start('clientGate');
    await expect(client.cancel(runId, 'r', { timeout: '30 days' })).rejects.toThrow(/at most 24 days/);
    await expect(client.cancel(runId, 'r', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect((await client.getRun(runId)).isPaused).toBe(true);
  });

  test('is terminated by somebody', async () => {
    const { runId } = await start('clientGate');
    const over = new AbortController();
    const waiting = client.wait((await client.start('clientRelay', { input: 1 })).runId, { signal: over.signal });
    await server.client.workflow.getHandle(runId).terminate('bad day');
    expect(await client.getRun(runId)).toMatchObject({
      status: 'failed',
      error: { message: 'bad day', type: 'holdpoint.Terminated' },
    });
    expect((await client.audit(runId)).slice(-2)).toMatchObject([
      { what: 'terminate', reason: 'bad day' },
      { what: 'ended', status: 'failed' },
    ]);
    // A poll that is under way would keep the file from its end for twenty seconds.
    over.abort();
    await waiting.catch(() => {});
  });
});

describe('an answer', () => {
  test('needs something to answer, and an answer', async () => {
    const run = await start('clientGate');
    await expect(client.continueRun(run)).rejects.toThrow(UnresolvedRequirements);
    await expect(client.continueRun({ runId: run.runId, decisions: [] })).rejects.toThrow(UnresolvedRequirements);
    run.activeStepRequirements[0]!.reject('no');
    const done = await client.continueRun(run);
    await expect(client.continueRun(done)).rejects.toThrow(RunNotPaused);
    await expect(client.continueRun({ runId: run.runId, decisions: [] })).rejects.toThrow(RunNotPaused);
  });

  test('from another process is checked against what the run shows', async () => {
    const { runId } = await start('clientGate');
    const send = (decision: object) => client.continueRun({ runId, decisions: [decision as never], by: 'bob' });
    await expect(send({ requirement: 'x', action: 'confirm' })).rejects.toThrow(
      /no such requirement; open: b#confirmation/,
    );
    await expect(send({ requirement: 'b#confirmation', action: 'select', choices: ['x'] })).rejects.toThrow(
      InvalidAnswer,
    );
    await expect(send({ requirement: 'b#confirmation', action: 'confirm', digest: 'old' })).rejects.toThrow(
      /something else/,
    );
    const run = await send({ requirement: 'b#confirmation', action: 'confirm' });
    expect(run.stepRequirements[0]).toMatchObject({ resolvedBy: 'bob' });
    await expect(send({ requirement: 'b#confirmation', action: 'confirm' })).rejects.toThrow(
      /already confirmed by bob at 20/,
    );
  });

  test('of two people at once: exactly one wins, the other learns who', async () => {
    const first = await start('clientGate');
    const second = await client.getRun(first.runId);
    first.activeStepRequirements[0]!.confirm();
    second.activeStepRequirements[0]!.reject();
    const settled = await Promise.allSettled([
      client.continueRun(first, { by: 'ann' }),
      client.continueRun(second, { by: 'bob' }),
    ]);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { reason } = settled.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(RequirementAlreadyResolved);
    const winner = settled[0]!.status === 'fulfilled' ? 'ann' : 'bob';
    expect(reason).toMatchObject({
      requirement: 'b#confirmation',
      resolvedBy: winner,
      refusals: [{ code: 'already_resolved' }],
    });
  });

  test('that is none is refused before anything is sent', async () => {
    const run = await start('clientGate');
    const { runId } = run;
    const answer = (decisions: unknown, by?: unknown) =>
      client.continueRun({ runId, decisions, ...(by === undefined ? {} : { by }) } as never);
    const what = 'continueRun takes a run as the client gave it, not its JSON, or { runId, decisions';
    for (const none of [undefined, null, {}, [null], [{ action: 'confirm' }]])
      await expect(answer(none)).rejects.toThrow(what);
    for (const none of [undefined, JSON.parse(JSON.stringify(run)), structuredClone(run)])
      await expect(client.continueRun(none)).rejects.toThrow(what);
    const yes = { requirement: 'b#confirmation', action: 'confirm' };
    await expect(answer([yes], 5)).rejects.toThrow('by must be a string, got number');
    await expect(answer([yes], 'x'.repeat(3e6))).rejects.toThrow(/bytes of JSON together/);
    await expect(answer([{ ...yes, output: 1n }])).rejects.toThrow(/cannot be written as JSON/);
    expect((await client.getRun(runId)).refusedAnswers.count).toBe(0);
  });

  test('may leave others open, and is refused in part', async () => {
    const run = await start('clientParallel');
    const late = await client.getRun(run.runId);
    expect(run.activeStepRequirements.map(({ id }) => id)).toEqual([
      'both/left#confirmation',
      'both/right#confirmation',
    ]);
    run.activeStepRequirements[0]!.confirm();
    const half = await client.continueRun(run);
    expect(half).toMatchObject({ status: 'paused' });
    expect(half.activeStepRequirements).toHaveLength(1);
    for (const each of late.activeStepRequirements) each.confirm();
    const error = await client.continueRun(late).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequirementAlreadyResolved);
    expect((error as RequirementAlreadyResolved).refusals).toHaveLength(1);
    expect(await client.wait(late)).toMatchObject({ status: 'completed', content: { left: 'left', right: 'right' } });
  });

  test('that the workflow refuses is an error: the engine has the last word', async () => {
    const run = await start('clientGate');
    run.activeStepRequirements[0]!.confirm();
    await expect(client.continueRun(run, { by: 'timeout' })).rejects.toThrow(/reserved for deadlines/);
    expect(await client.getRun(run.runId)).toMatchObject({ status: 'paused' });
  });
});

describe('lists', () => {
  test.each(['plain', "it's ours", 'a "b" c', '\\slash', "'; --"])(
    'session %s, oldest first, and what waits',
    async (prefix) => {
      const sessionId = `${prefix} ${randomUUID()}`;
      const first = await client.run('clientGate', { input: 1, sessionId });
      const second = await client.run('clientGate', { input: 2, sessionId });
      const ids = () => client.getSession(sessionId).then(({ runs }) => runs.map(({ runId }) => runId));
      await expect.poll(ids, { timeout: 5_000 }).toEqual([first.runId, second.runId]);
      // The server shows a run in lists a moment after it is, and that it is paused a moment after that.
      const listed = async () => {
        const all = await gather(client.listPaused());
        return all.flatMap(({ runId, open }) => (open[0]?.id === 'b#confirmation' ? [runId] : []));
      };
      await expect.poll(listed, { timeout: 5_000 }).toEqual(expect.arrayContaining([first.runId, second.runId]));
      let count = 0;
      for await (const _ of client.listPaused({ limit: 1 })) count += 1;
      expect(count).toBe(1);
    },
  );

  test('where no search attributes are registered', async () => {
    const namespace = `bare-${randomUUID()}`;
    const { workflowService } = server.client.connection;
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const bare = new HoldpointClient(new Client({ connection: server.client.connection, namespace }));
    await expect(bare.getSession('s')).rejects.toThrow(
      /search-attribute create --namespace bare-.*--name HoldpointStatus --type Keyword/,
    );
    expect(await gather(bare.listPaused())).toEqual([]);
  }, 30_000);
});

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
