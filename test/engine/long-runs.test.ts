/** Runs that live long: they continue as new, and nobody notices (H3, H4, H5, H10). */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { eventsOf, type HistoryEvent, ofType, typeOf, untilHistory } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer();
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue, onWaiting: () => {} });
});
afterAll(() => server.close());

const executionOf = async ({ handle }: TestRun) =>
  (await server.client.workflow.getHandle(handle.workflowId).describe()).runId;

const firstOf = async ({ handle }: TestRun) => {
  const { raw } = await server.client.workflow.getHandle(handle.workflowId).describe();
  return raw.workflowExecutionInfo!.firstRunId!;
};

/** Sends junk until the run has continued as new. */
async function untilMoved(run: TestRun): Promise<void> {
  const before = await executionOf(run);
  for (let sent = 0; (await executionOf(run)) === before; sent += 1) {
    if (sent > 100) throw new Error('a hundred signals, and the run is still in its execution');
    const { refusedAnswers } = await run.output();
    await run.signal('approve', { requirement: 'nobody' });
    await run.until((output) => output.refusedAnswers.count > refusedAnswers.count);
  }
}

describe.concurrent('a paused run that continues as new', () => {
  test('keeps ids, digests, deadlines and what it has done; an answer to what was shown before counts', async () => {
    const run = await server.start('longPaused', 'IN', { sessionId: 'mine', sessionState: { given: 1 } });
    const before = await run.paused(2);
    await untilMoved(run);
    const after = await run.paused(2);
    expect(after).toEqual(before);
    expect((await run.output()).stepResults[0]).toMatchObject({ name: 'before', content: 'done' });
    const { memo, searchAttributes } = await server.client.workflow.getHandle(run.handle.workflowId).describe();
    expect(memo).toMatchObject({ holdpoint: { status: 'paused', openCount: 2 } });
    expect(searchAttributes).toMatchObject({ HoldpointStatus: ['paused'], HoldpointStep: ['late', 'soon'] });
    for (const requirement of before) await run.answer('approve', requirement);
    const output = await run.result();
    expect(output).toMatchObject({ status: 'completed', sessionId: 'mine' });
    expect(output.sessionState).toEqual({ given: 1, before: true, soon: true });
    expect(output.stepResults[1]).toMatchObject({ content: { late: 'late', soon: { given: 1, before: true } } });
  });

  test('takes each answer once, also the same one sent again after it has moved', async () => {
    const run = await server.start('longPaused');
    const [late, soon] = await run.paused(2);
    const decision = { requirement: late!.id, digest: late!.digest, action: 'confirm' };
    await run.signal('continueRun', { decisionId: 'd1', by: 'ann', decisions: [decision] });
    await run.paused(1);
    await untilMoved(run);
    const { refusedAnswers } = await run.output();
    await run.signal('continueRun', { decisionId: 'd1', by: 'ann', decisions: [decision] });
    await run.answer('reject', late!, { by: 'eve' });
    const now = await run.until((output) => output.refusedAnswers.count > refusedAnswers.count);
    expect(now.refusedAnswers.count).toBe(refusedAnswers.count + 1);
    expect(now.refusedAnswers.newest.at(-1)).toMatchObject({ code: 'already_resolved', by: 'eve' });
    await run.answer('approve', soon!);
    const { stepRequirements } = await run.result();
    expect(stepRequirements.map(({ resolution, resolvedBy }) => [resolution, resolvedBy])).toEqual([
      ['confirmed', 'ann'],
      ['confirmed', undefined],
    ]);
  });

  test('does so after 2,000 signals, which the server would refuse past 10,000', { timeout: 120_000 }, async () => {
    const run = await server.start('clientGate');
    await run.paused(1);
    const before = await executionOf(run);
    // Some at a time: of very many at once, one workflow task would take too long under load.
    for (let sent = 100; sent <= 2_000; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => run.signal('approve', { requirement: 'nobody' })));
      await run.until(({ refusedAnswers }) => refusedAnswers.count === sent);
    }
    expect(await executionOf(run)).not.toBe(before);
    await run.signal('approve', { requirement: 'b#confirmation' });
    expect(await run.result()).toMatchObject({ status: 'completed', refusedAnswers: { count: 2_000 } });
  });

  test('does so for signals that nobody knows, too: they count for the server', async () => {
    const run = await server.start('longPaused');
    const before = await run.paused(2);
    const first = await executionOf(run);
    for (let sent = 0; sent < 40 && (await executionOf(run)) === first; sent += 1) {
      await run.signal('nonsense', { requirement: 'nobody' });
      // It takes the signal along. Without a gap between them, the server would not let the run go.
      await run.output();
    }
    expect(await executionOf(run)).not.toBe(first);
    for (const requirement of before) await run.answer('approve', requirement);
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });

  test('takes a large session state along once, and what each branch has made of it', async () => {
    const run = await server.start('longState');
    const before = await run.paused(2);
    await untilMoved(run);
    for (const requirement of before) await run.answer('approve', requirement);
    const { content, sessionState } = await run.result();
    expect(content).toEqual({ a: { by: 'a', a: 'early' }, b: { by: 'b', b: 'early' } });
    const { large, ...others } = sessionState;
    expect([(large as string).length, others]).toEqual([1_000_000, { by: 'b', a: 'early', b: 'early', late: 'b' }]);
  });

  test('sees what the children of its functions add to its history', async () => {
    const run = await server.start('longChildren');
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await executionOf(run)).not.toBe(await firstOf(run));
  });

  test('gives a nested workflow the input that it had', async () => {
    const run = await server.start('longNested');
    const [asked] = await run.paused(1);
    await untilMoved(run);
    await run.answer('approve', asked!);
    const [{ steps = [] } = {}] = (await run.result()).stepResults;
    expect(steps[1]!.content).toBe(steps[0]!.content);
  });

  test('lets a deadline have its effect first that has passed when it is time to go', async () => {
    const taskQueue = `${server.taskQueue}-deadline`;
    const worker = await server.worker({ taskQueue });
    const run = await server.start('longDeadline', 'IN', undefined, { taskQueue });
    const [, stays] = await run.paused(2);
    const first = await executionOf(run);
    await worker.stop();
    // Nobody is there when these arrive, and when the time is over: all comes with one workflow task.
    for (let sent = 0; sent < 50; sent += 1) await run.signal('approve', { requirement: 'nobody' });
    await sleep(2_500);
    await server.worker({ taskQueue });
    const now = await run.until((output) => output.stepRequirements[0]!.resolution !== undefined);
    expect(now.stepRequirements[0]).toMatchObject({ stepName: 'soon', resolution: 'skipped' });
    await vi.waitFor(async () => expect(await executionOf(run)).not.toBe(first), 10_000);
    await run.answer('approve', stays!);
    expect(await run.result()).toMatchObject({ status: 'completed', refusedAnswers: { count: 50 } });
    const next = await eventsOf(server.client.workflow.getHandle(run.handle.workflowId));
    expect(ofType(next, 'TimerStarted')).toEqual([]);
  });

  test('leaves no question open of a branch that ended before the run was back at it', {
    timeout: 120_000,
  }, async () => {
    // Until the answer has been sent, no worker can read what the run carries: so it comes with the first workflow task.
    let isClosed = true;
    const codec = {
      encode: async (payloads: Payload[]) => payloads,
      decode: async (payloads: Payload[]) => {
        if (isClosed && payloads.some(({ data }) => data && Buffer.from(data).includes('"rounds":')))
          throw new Error('closed');
        return payloads;
      },
    };
    const taskQueue = `${server.taskQueue}-closed`;
    await server.worker({ taskQueue, dataConverter: { payloadCodecs: [codec] } });
    const run = await server.start('longOrphan', 'IN', undefined, { taskQueue });
    for (const name of ['s3', 's2', 's1']) await run.answer('approve', await run.pausedAt('confirmation', name));
    await run.pausedAt('confirmation', 'deep');
    const fails = await run.pausedAt('confirmation', 'fails');
    const first = await executionOf(run);
    for (let sent = 0; sent < 60 && (await executionOf(run)) === first; sent += 1) {
      await run.signal('approve', { requirement: 'nobody' });
      await sleep(60);
    }
    await run.answer('approve', fails);
    isClosed = false;
    const now = await run.until((output) => openOf(output).some(({ stepName }) => stepName === 'after'), 60_000);
    expect(openOf(now).map(({ stepName }) => stepName)).toEqual(['after']);
    await run.answer('approve', openOf(now)[0]!);
    const { status, stepRequirements } = await run.result();
    expect(status).toBe('completed');
    expect(stepRequirements.map(({ stepName, resolution }) => [stepName, resolution])).toEqual([
      ['fails', 'confirmed'],
      ...['s3', 's2', 's1'].map((name) => [name, 'confirmed']),
      ['deep', 'withdrawn'],
      ['after', 'confirmed'],
    ]);
  });

  test('is announced once', async () => {
    const told: string[] = [];
    const taskQueue = `${server.taskQueue}-told`;
    await server.worker({
      taskQueue,
      onPause: {
        remindBefore: '3595s',
        notify: ({ type, requirement }) => {
          told.push(`${type} ${requirement.stepName}`);
        },
      },
    });
    const run = await server.start('longPaused', 'IN', undefined, { taskQueue });
    await run.paused(2);
    await untilMoved(run);
    // The reminders come five seconds after the questions, from the execution that the run is in then.
    await vi.waitUntil(() => told.length === 4, { timeout: 20_000 });
    expect(told.toSorted((a, b) => a.localeCompare(b))).toEqual([
      ...['pause late', 'pause soon', 'reminder late', 'reminder soon'],
    ]);
    await run.handle.cancel();
  });

  test('is not reminded of where the question itself came too late for that', async () => {
    const told: string[] = [];
    const taskQueue = `${server.taskQueue}-told-late`;
    await server.worker({
      taskQueue,
      onPause: {
        remindBefore: '1 day',
        notify: ({ type, requirement }) => {
          told.push(`${type} ${requirement.stepName}`);
        },
      },
    });
    const run = await server.start('longPaused', 'IN', undefined, { taskQueue });
    const [late, soon] = await run.paused(2);
    await untilMoved(run);
    await run.answer('approve', soon!);
    await run.paused(1);
    await run.answer('approve', late!);
    await run.result();
    expect(told).toEqual(['pause late', 'pause soon']);
  });

  test('ends when Temporal cancels it', async () => {
    const run = await server.start('longPaused');
    await run.paused(2);
    await untilMoved(run);
    await run.handle.cancel();
    await expect(run.result()).rejects.toThrow(WorkflowFailedError);
  });
});

describe('what a run carries', () => {
  test('is taken from the run alone: nobody starts one with it', async () => {
    const forged = { version: 1, definition: 'x', place: { within: { before: { facts: { done: {} } } } } };
    const handle = await server.client.workflow.start('longPaused', {
      taskQueue: server.taskQueue,
      workflowId: `forged-${Date.now()}`,
      args: ['IN', {}, forged],
    });
    const failure = await handle.result().catch((error: WorkflowFailedError) => error.cause);
    expect(failure).toMatchObject({ type: 'holdpoint.InvalidInput' });
  });
});

describe('another definition', () => {
  test('does not go on with what an execution of the old one has carried', async () => {
    const run = await server.start('longPaused');
    await run.paused(2);
    await untilMoved(run);
    const isDone = (event: HistoryEvent) => typeOf(event) === 'WorkflowTaskCompleted';
    const latest = server.client.workflow.getHandle(run.handle.workflowId);
    const events = await untilHistory(latest, (each) => each.some(isDone));
    await run.handle.cancel();
    const first = events.slice(0, events.findIndex(isDone) + 1);
    const inputs = first[0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
    const carried = defaultPayloadConverter.fromPayload<{ definition: string }>(inputs[2]!);
    const bundle = readFileSync(inject('bundlePath'), 'utf8');
    const replay = (history: HistoryEvent[]) =>
      replayProblems(bundle, [{ workflowId: run.handle.workflowId, history: { events: history } }]);
    expect(await replay(events)).toEqual([]);
    const definition = carried.definition.replace('both/soon=', 'both/soon=0');
    inputs[2] = defaultPayloadConverter.toPayload({ ...carried, definition });
    expect(await replay(first)).toEqual([expect.stringMatching(/DefinitionChanged.*'both\/soon'/s)]);
  });
});

describe.concurrent('a loop of reviewed iterations', () => {
  test('goes on where what was reviewed is large', { timeout: 120_000 }, async () => {
    const run = await server.start('longLarge');
    let reviewed = 0;
    for await (const event of client.events(run.handle.workflowId)) {
      if (event.event !== 'StepOutputReview') continue;
      reviewed += 1;
      await run.signal(reviewed < 50 ? 'reject' : 'approve', { requirement: event.requirement });
    }
    let executions = 0;
    for (let id: string | null | undefined = await firstOf(run); id; executions += 1) {
      const events = await eventsOf(server.client.workflow.getHandle(run.handle.workflowId, id));
      id = events.at(-1)!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    expect(executions).toBeGreaterThan(3);
  });

  test('goes on over many executions, each bounded, and counts nothing twice', { timeout: 120_000 }, async () => {
    const iterations = 120;
    const run = await server.start('longReviews');
    const seen: string[] = [];
    let iteration = 0;
    for await (const event of client.events(run.handle.workflowId)) {
      if (event.event !== 'StepOutputReview') continue;
      seen.push(event.requirement);
      iteration += 1;
      const signal = iteration < iterations ? 'reject' : 'approve';
      await run.signal(signal, { requirement: event.requirement, by: 'ann' });
    }
    expect(seen).toEqual(Array.from({ length: iterations }, (_, index) => `all/refine[${index + 1}]#iterationReview`));
    const output = await run.result();
    expect(output.content).toEqual({ sum: iterations, key: `all/refine[${iterations}]/count~1` });
    expect(output.sessionState).toEqual({ sum: iterations });
    expect(output.stepRequirements.length + (output.earlierRequirements ?? 0)).toBe(iterations);
    let executions = 0;
    let decided = 0;
    for (let id: string | null | undefined = await firstOf(run); id; executions += 1) {
      const events = await eventsOf(server.client.workflow.getHandle(run.handle.workflowId, id));
      expect(events.length).toBeLessThan(130);
      decided += events.filter((event) => typeOf(event) === 'WorkflowExecutionSignaled').length;
      id = events.at(-1)!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    expect(decided).toBe(iterations);
    expect(executions).toBeGreaterThan(5);
    const audit = await client.audit(run.handle.workflowId);
    expect(audit.filter(({ what }) => what === 'decided')).toHaveLength(iterations);
    expect(audit.filter(({ what }) => what === 'started')).toHaveLength(1);
  });
});
