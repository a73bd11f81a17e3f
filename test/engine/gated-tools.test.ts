/** What a human’s yes and no do to a gated tool call (§8). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { agents, call, calls, contextOf, done, heard, play, shown, unique } from '../support/agents.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

describe.concurrent('a gated tool call', () => {
  test('waits with the arguments as they will run, and runs once confirmed', async () => {
    const task = play(calls(call('pay', { to: 'ann', euros: 5 }, 'c1')), unique('x'));
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked).toMatchObject({
      ...{
        executorName: 'puppet',
        id: 'g#executor',
        kind: 'executor',
        pauseKind: 'executor',
        stepName: 'g',
        stepType: 'Step',
        topLevelStep: 'g',
      },
      tools: [
        { toolCallId: 'c1', toolName: 'pay', kind: 'confirmation', args: { to: 'ann', euros: 5, reference: 'none' } },
      ],
    });
    expect(done(run)).toEqual([]);
    await run.answer('approve', asked!, { by: 'bea' });
    const output = await run.result();
    expect(done(run)).toEqual(['pay {"to":"ann","euros":5,"reference":"none"}']);
    expect(contextOf(run, 'pay')).toMatchObject({ by: 'bea', toolCallId: 'c1' });
    expect(heard(task)).toEqual(['pay done']);
    expect(output.stepRequirements).toMatchObject([
      { resolution: 'confirmed', resolvedBy: 'bea', tools: [{ resolution: 'confirmed', resolvedBy: 'bea' }] },
    ]);
  });

  test.each([
    ['a note', { feedback: 'too much' }, 'too much'],
    ['nothing', {}, 'Function call was rejected by the user'],
  ])('does not run once rejected with %s: the model is told, and goes on', async (_, more, told) => {
    const task = play(calls(call('pay', { to: 'ann', euros: 5 })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('reject', (await run.paused())[0]!, more);
    expect(await run.result()).toMatchObject({ status: 'completed', stepRequirements: [{ resolution: 'rejected' }] });
    expect(done(run)).toEqual([]);
    expect(heard(task)).toEqual([told]);
  });

  test('does not begin, nor is said to, where its yes comes with a cancel of the run', async () => {
    const taskQueue = `cancel-${randomUUID()}`;
    const worker = await server.worker({ taskQueue });
    const task = play(calls(call('pay', { to: 'ann', euros: 5 })), unique('x'));
    const run = await server.start('agentAlone', task, undefined, { taskQueue });
    const [asked] = await run.paused();
    await worker.stop();
    await run.answer('approve', asked!);
    await run.handle.cancel();
    await server.worker({ taskQueue });
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    expect(done(run)).toEqual([]);
    const told: string[] = [];
    const client = new HoldpointClient(server.client, { taskQueue });
    for await (const { event } of client.events(run.handle.workflowId)) told.push(event);
    expect(told.slice(-2)).toEqual(['StepExecutorContinued', 'WorkflowCancelled']);
  });

  test('is gated by a predicate on its arguments', async () => {
    const run = await server.start(
      'agentAlone',
      play(calls(call('payMuch', { to: 'a', euros: 99 }), call('payMuch', { to: 'b', euros: 100 })), 'x'),
    );
    const [asked] = await run.paused();
    expect(shown(asked!)).toEqual([['payMuch', 'confirmation', { to: 'b', euros: 100, reference: 'none' }]]);
    await run.answer('approve', asked!);
    await run.result();
    expect(done(run).map((each) => JSON.parse(each.slice(8)).euros)).toEqual([99, 100]);
  });

  test.each(['throws', 'promise', 'rejects', 'undefined', 'null', 'zero', 'text'])(
    'is gated where the predicate is broken: %s',
    async (gate) => {
      const run = await server.start('agentAlone', play(calls(call('whatever', { gate })), 'x'));
      const [asked] = await run.paused();
      expect(shown(asked!)).toEqual([['whatever', 'confirmation', { gate }]]);
      expect(done(run)).toEqual([]);
    },
  );

  test('is open only on a literal false', async () => {
    const run = await server.start('agentAlone', play(calls(call('whatever', { gate: 'false' })), 'x'));
    expect(await run.result()).toMatchObject({ status: 'completed', stepRequirements: [] });
    expect(done(run)).toHaveLength(1);
  });

  test('waits beside ungated ones of its turn, which run at once', async () => {
    const task = play(
      calls(
        call('pay', { to: 'a', euros: 1 }, 'p1'),
        call('look', { q: 'x' }, 'l1'),
        call('pay', { to: 'b', euros: 2 }, 'p2'),
      ),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked!.tools!.map(({ toolCallId }) => toolCallId)).toEqual(['p1', 'p2']);
    expect(done(run)).toEqual(['look {"q":"x"}']);
    await run.signal('continueRun', {
      decisionId: 'both',
      decisions: [
        {
          requirement: asked!.id,
          digest: asked!.digest,
          tools: { p2: { action: 'confirm' }, p1: { action: 'confirm' } },
        },
      ],
    });
    await run.result();
    // In the order of the model, not of the answer.
    expect(done(run).map((each) => each.slice(0, 20))).toEqual([
      'look {"q":"x"}',
      'pay {"to":"a","euros',
      'pay {"to":"b","euros',
    ]);
    expect(heard(task)).toEqual(['pay done', 'look done', 'pay done']);
  });

  test('can be answered one by one; none runs before all are answered, and the rest is shown', async () => {
    const task = play(
      calls(call('pay', { to: 'a', euros: 1 }, 'p1'), call('pay', { to: 'b', euros: 2 }, 'p2')),
      unique('x'),
    );
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    await run.answer('approve', asked!, { toolCall: 'p2', by: 'ann' });
    const half = await run.until(({ stepRequirements: [each] }) => each!.tools![1]!.resolution !== undefined);
    expect(half).toMatchObject({
      status: 'paused',
      stepRequirements: [{ tools: [{}, { resolution: 'confirmed', resolvedBy: 'ann' }] }],
    });
    expect(half.stepRequirements[0]!.resolution).toBeUndefined();
    const { memo } = await run.handle.describe();
    expect(memo!.holdpoint).toMatchObject({
      status: 'paused',
      open: [{ tools: [{ toolCallId: 'p1' }, { resolution: 'confirmed' }] }],
    });
    await sleep(300);
    expect(done(run)).toEqual([]);
    await run.answer('reject', asked!, { toolCall: 'p1', feedback: 'no', by: 'bea' });
    const output = await run.result();
    expect(done(run)).toHaveLength(1);
    expect(heard(task)).toEqual(['no', 'pay done']);
    expect(output.stepRequirements).toMatchObject([
      { resolution: 'confirmed', tools: [{ resolution: 'rejected', note: 'no' }, {}] },
    ]);
  });

  test('of sequential turns gives successive pauses, one history', async () => {
    const pay = (n: number) => calls(call('pay', { to: `${n}`, euros: n }));
    const run = await server.start('agentAlone', play(pay(1), pay(2), pay(3), 'x'));
    for (const id of ['g#executor', 'g#executor~2', 'g#executor~3']) {
      const requirement = (await run.until((each) => openOf(each)[0]?.id === id)).stepRequirements.at(-1)!;
      await run.answer('approve', requirement);
    }
    expect((await run.result()).stepRequirements).toHaveLength(3);
    expect(done(run)).toHaveLength(3);
  });

  test('that throws is told to the model, and never repeated', async () => {
    const task = play(calls(call('payBroken', { q: 'x' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('approve', (await run.paused())[0]!);
    expect((await run.result()).status).toBe('completed');
    expect(done(run)).toHaveLength(1);
    expect(heard(task)).toEqual(['the bank said no']);
  });

  test('whose schema gives other arguments each time is not asked about for ever, and never runs', async () => {
    const run = await server.start('agentAlone', play(calls(call('payAnew', { to: 'a', euros: 1 })), 'x'));
    for (const id of ['g#executor', 'g#executor~2', 'g#executor~3', 'g#executor~4']) {
      const requirement = (await run.until((each) => openOf(each)[0]?.id === id)).stepRequirements.at(-1)!;
      await run.answer('approve', requirement);
    }
    await expect(run.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining("The schema of the tool 'payAnew' gives other arguments each time") },
    });
    expect(done(run)).toEqual([]);
  });

  test.each([
    ['completed', 'pay', { to: 'a', euros: 1 }, 'approve'],
    ['failed', 'payBroken', { q: 'x' }, 'approve'],
    [undefined, 'pay', { to: 'a', euros: 1 }, 'reject'],
  ])('has what became of it in the record: %s', async (outcome, toolName, args, signal) => {
    const run = await server.start('agentAlone', play(calls(call(toolName, args)), 'x'));
    await run.answer(signal, (await run.paused())[0]!);
    expect((await run.result()).stepRequirements[0]!.tools![0]!.outcome).toBe(outcome);
  });

  test('is answered by whom its record says; the whole by nobody, where there were several', async () => {
    const run = await server.start(
      'agentAlone',
      play(calls(call('pay', { to: 'a', euros: 1 }, 'p1'), call('pay', { to: 'b', euros: 2 }, 'p2')), 'x'),
    );
    const [asked] = await run.paused();
    await run.answer('approve', asked!, { toolCall: 'p1', by: 'ann' });
    await run.answer('reject', asked!, { toolCall: 'p2', by: 'bob' });
    const [requirement] = (await run.result()).stepRequirements;
    expect(requirement).toMatchObject({
      resolution: 'confirmed',
      tools: [{ resolvedBy: 'ann' }, { resolvedBy: 'bob' }],
    });
    expect(requirement).not.toHaveProperty('resolvedBy');
  });

  test('and a free one run once, in a step that a human has confirmed', async () => {
    const task = play(calls(call('broken', { q: 'x' })), unique('x'));
    const run = await server.start('agentTimeoutSkip', task);
    await run.answer('approve', await run.pausedAt('confirmation'));
    expect((await run.result()).status).toBe('completed');
    expect(done(run)).toHaveLength(1);
  });

  test('that says it can be repeated is retried', async () => {
    const task = play(calls(call('payAgain', { q: 'x' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('approve', (await run.paused())[0]!);
    await run.result();
    expect(done(run)).toHaveLength(2);
    expect(heard(task)).toEqual(['paid at last']);
  });
});
