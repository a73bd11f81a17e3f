/** The event stream and the audit: every event once and in order, at every watcher, whenever it began to watch (§9). */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { InvalidAnswer, RequirementAlreadyResolved, RunFailed, RunNotFound } from '../../client/errors.ts';
import type { RunEvent } from '../../workflows/protocol/events.ts';
import { agents, call, calls, play } from '../support/agents.ts';
import { eventsOf, ofType } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let client: HoldpointClient;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
  client = new HoldpointClient(server.client, { taskQueue: server.taskQueue, onWaiting: () => {} });
});
afterAll(() => server.close());

const payment = play(calls(call('look', { q: 'a' }), call('pay', { to: 'a', euros: 1 }, 'c1')), 'said');

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const names = (events: readonly RunEvent[]) => events.map(({ event }) => event);
const brief = (events: readonly RunEvent[]) =>
  events.map((event) => `${event.event}${'path' in event ? ` ${event.path}` : ''}`);

describe('a stream', () => {
  test('tells what happens up to the pause, and from the answer to the end', async () => {
    const stream = client.stream('agentAlone', { input: payment, sessionId: 'mine' });
    const before = await all(stream);
    expect(brief(before)).toEqual([
      ...['WorkflowStarted', 'StepStarted g', 'RunStarted g', 'ToolCallStarted g', 'StepExecutorPaused g'],
      ...['ToolCallCompleted g', 'WorkflowPaused'],
    ]);
    expect(before[4]).toMatchObject({
      requirement: 'g#executor',
      kind: 'executor',
      stepName: 'g',
      sessionId: 'mine',
    });
    const run = await stream.run;
    expect(run).toMatchObject({ isPaused: true, sequence: before.at(-1)!.sequence });
    run.stepsRequiringExecutorResolution[0]!.confirm();
    const rest = client.continueStream(run, { by: 'ann' });
    const after = await all(rest);
    expect(brief(after)).toEqual([
      ...['StepExecutorContinued g', 'ToolCallStarted g', 'ToolCallCompleted g', 'RunCompleted g', 'StepOutput g'],
      ...['StepCompleted g', 'StepStarted after', 'StepOutput after', 'StepCompleted after', 'WorkflowCompleted'],
    ]);
    expect(after[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann', tools: [{ toolCallId: 'c1' }] });
    expect(after[5]).toMatchObject({ content: 'said', success: true });
    expect((await rest.run).status).toBe('completed');
    const sequences = [...before, ...after].map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
    expect(await all(client.events(run.runId))).toEqual([...before, ...after]);
    const from = after[2]!.sequence;
    expect(await all(client.events(run.runId, { from }))).toEqual(after.slice(2));
  });

  test('ends with the failure of the run, which its outcome throws', async () => {
    const stream = client.stream('agentOnce', { input: play({ raise: 'ill' }) });
    const events = await all(stream);
    expect(names(events).slice(-2)).toEqual(['StepCompleted', 'WorkflowError']);
    expect(events.at(-2)).toMatchObject({ success: false, error: 'ill' });
    await expect(stream.run).rejects.toThrow(RunFailed);
  });

  test('throws what the answer came to, where it changed nothing', async () => {
    const run = await client.run('agentAlone', { input: payment });
    const wrong = { runId: run.runId, decisions: [{ requirement: 'nobody', action: 'confirm' }] } as const;
    await expect(all(client.continueStream(wrong))).rejects.toThrow(InvalidAnswer);
  });

  test('throws it too where the run has ended meanwhile', async () => {
    const run = await client.run('agentAlone', { input: payment });
    const other = await client.getRun(run.runId);
    other.activeStepRequirements[0]!.reject();
    await client.continueRun(other);
    run.activeStepRequirements[0]!.confirm();
    await expect(all(client.continueStream(run))).rejects.toThrow(RequirementAlreadyResolved);
  });

  test('of a run that is not there is refused', async () => {
    await expect(all(client.events('nobody'))).rejects.toThrow(RunNotFound);
  });

  test('ends when its reader leaves, and when its signal says so', async () => {
    const run = await client.run('agentAlone', { input: payment });
    for await (const event of client.events(run.runId)) if (event.event === 'StepStarted') break;
    const controller = new AbortController();
    const watching = all(client.events(run.runId, { signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
  });

  test('is left in the middle of a poll too, as streams of Node do it', async () => {
    const run = await client.run('agentAlone', { input: payment });
    const readable = Readable.from(client.events(run.runId, { from: run.sequence }));
    await once(readable, 'data');
    const controller = new AbortController();
    const options = { input: payment, taskQueue: 'nobody’s', signal: controller.signal };
    const stream = client.stream('agentAlone', options)[Symbol.asyncIterator]();
    const pending = stream.next();
    readable.destroy();
    await Promise.all([once(readable, 'close'), stream.return!()]);
    expect(await pending).toEqual({ done: true, value: undefined });
    // The wait for the outcome.
    controller.abort();
  }, 30_000);

  test('has an end that has a number too: whoever has read it hears nothing more', async () => {
    const { runId } = await client.run('agentAlone', { input: payment });
    await server.client.workflow.getHandle(runId).terminate('enough');
    const events = await all(client.events(runId));
    expect(events.at(-1)).toMatchObject({ event: 'WorkflowError', error: 'terminated: enough' });
    const { sequence } = events.at(-1)!;
    expect(await all(client.events(runId, { from: sequence }))).toEqual(events.slice(-1));
    expect(await all(client.events(runId, { from: sequence + 1 }))).toEqual([]);
  });

  test('goes on over pauses that others answer', async () => {
    const run = await client.run('agentAlone', { input: payment });
    const watching = all(client.events(run.runId));
    run.stepsRequiringExecutorResolution[0]!.reject('no');
    await client.continueRun(run);
    expect(names(await watching).slice(-1)).toEqual(['WorkflowCompleted']);
  });

  test('needs no worker', async () => {
    const taskQueue = `${server.taskQueue}-gone`;
    const worker = await server.worker({ taskQueue });
    const { runId } = await client.run('agentAlone', { input: payment, taskQueue });
    await worker.stop();
    const seen: RunEvent[] = [];
    for await (const event of client.events(runId)) {
      seen.push(event);
      if (event.event === 'WorkflowPaused') break;
    }
    expect(names(seen)).toContain('StepExecutorPaused');
  });
});

test('a run without pauses has no event of Temporal’s more for being watched', async () => {
  const { runId } = await client.run('agentAlone', { input: play(calls(call('look', { q: 'a' })), 'x') });
  const events = await eventsOf(server.client.workflow.getHandle(runId));
  expect(ofType(events, 'WorkflowPropertiesModified')).toEqual([]);
  expect(brief(await all(client.events(runId)))).toContain('ToolCallCompleted g');
});

test('a Parallel of one gated node tells of the run before it tells of the node', async () => {
  const run = await client.run('parallelOfOne', { input: 'x' });
  const told: string[] = [];
  for await (const { event } of client.events(run.runId)) {
    told.push(event);
    if (event === 'WorkflowPaused') break;
  }
  expect(told).toEqual(['WorkflowStarted', 'ParallelExecutionStarted', 'StepPaused', 'WorkflowPaused']);
  await client.cancel(run.runId, 'seen');
});

test('a reset puts the run back, and its watchers hear what it does from there on', async () => {
  const run = await client.run('watchedTwice', { input: 'x' });
  const watching = all(client.events(run.runId));
  run.activeStepRequirements[0]!.confirm();
  const later = await client.continueRun(run);
  const handle = server.client.workflow.getHandle(run.runId);
  const { runId: executionId } = await handle.describe();
  // To before the second question was asked.
  const task = ofType(await eventsOf(handle), 'WorkflowTaskCompleted').at(-1)!;
  await server.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: run.runId, runId: executionId },
    reason: 'a wrong yes',
    workflowTaskFinishEventId: task.eventId!,
    requestId: run.runId,
  });
  await server.client.workflow.getHandle(run.runId).query('run');
  const again = await client.getRun(run.runId);
  expect(again.sequence).toBe(later.sequence);
  again.activeStepRequirements[0]!.confirm();
  expect((await client.continueRun(again)).status).toBe('completed');
  const seen = await watching;
  expect(names(seen).filter((name) => /^(Workflow|StepPaused)/.test(name))).toEqual([
    ...['WorkflowStarted', 'StepPaused', 'WorkflowPaused', 'StepPaused', 'WorkflowPaused'],
    ...['StepPaused', 'WorkflowPaused', 'WorkflowCompleted'],
  ]);
  // Whoever looks later sees the same.
  expect(await all(client.events(run.runId))).toEqual(seen);
  const audit = await client.audit(run.runId);
  expect(audit.map(({ what }) => what)).toEqual([
    ...['started', 'asked', 'sent', 'decided', 'asked', 'reset', 'asked', 'sent', 'decided', 'ended'],
  ]);
});

test('branches that take time in the workflow tell of themselves after the run has told of them', async () => {
  const run = await client.run('watchedTwice', { input: 'x' });
  run.activeStepRequirements[0]!.confirm();
  const stream = client.continueStream(run);
  expect(brief(await all(stream)).slice(0, 6)).toEqual([
    ...['StepContinued first', 'StepStarted first', 'StepOutput first', 'StepCompleted first'],
    ...['ParallelExecutionStarted p', 'StepStarted p/left'],
  ]);
});

test('a hundred branches tell everything, in memos that are not large', async () => {
  const { runId } = await client.run('parallelOfMany', { input: 'x' });
  const events = await all(client.events(runId));
  expect(events.filter(({ event }) => event === 'StepOutput')).toHaveLength(100);
  expect(names(events).slice(-2)).toEqual(['ParallelExecutionCompleted', 'WorkflowCompleted']);
  const { events: history } = await server.client.workflow.getHandle(runId).fetchHistory();
  for (const { workflowPropertiesModifiedEventAttributes: memo } of history ?? []) {
    const bytes = memo?.upsertedMemo?.fields?.holdpoint?.data?.length ?? 0;
    expect(bytes).toBeLessThan(100_000);
  }
});

test('containers tell of themselves, their iterations and their branches', async () => {
  const run = await client.run('agentNested', { input: play('x') });
  const events = brief(await all(client.events(run.runId)));
  for (const expected of [
    ...['StepsExecutionStarted s', 'StepsExecutionCompleted s', 'LoopExecutionStarted l', 'LoopIterationStarted l[1]'],
    ...['StepStarted l[2]/inLoop', 'LoopIterationCompleted l[2]', 'LoopExecutionCompleted l'],
    ...['ConditionExecutionStarted c', 'RouterExecutionStarted r', 'RouterExecutionCompleted r', 'StepStarted n/inner'],
  ]) {
    expect(events).toContain(expected);
  }
});

test('twenty watchers of one run, and fifty runs watched at once, miss nothing', async () => {
  const run = await client.run('agentAlone', { input: payment });
  const watchers = Array.from({ length: 20 }, () => all(client.events(run.runId)));
  run.stepsRequiringExecutorResolution[0]!.confirm();
  await client.continueRun(run);
  const seen = await Promise.all(watchers);
  for (const each of seen) expect(each).toEqual(seen[0]);
  const runs = await Promise.all(Array.from({ length: 50 }, () => client.start('agentAlone', { input: play('x') })));
  const watched = await Promise.all(runs.map(({ runId }) => all(client.events(runId))));
  for (const each of watched) expect(names(each)).toEqual(names(watched[0]!));
});

describe('the audit', () => {
  test('tells who was shown what, who decided what, and what was refused, from history alone', async () => {
    const run = await client.run('agentAlone', { input: payment });
    const handle = server.client.workflow.getHandle(run.runId);
    const refused = async (count: number) => {
      for await (const event of client.events(run.runId)) {
        if (event.event === 'AnswerRefused') count -= 1;
        if (count === 0) return;
      }
    };
    await handle.signal('approve', { requirement: 'nobody', by: 'eve' });
    // A watcher hears of it at once, though the run still waits.
    await refused(1);
    await handle.signal('approve', { requirement: 'g#executor', digest: 'wrong', by: 'eve' });
    await refused(2);
    const { digest } = run.stepsRequiringExecutorResolution[0]!;
    await handle.signal('reject', { requirement: 'g#executor', digest, feedback: 'too dear', by: 'ann' });
    await client.wait(run.runId);
    const audit = await client.audit(run.runId);
    const told = audit.map((entry) => ({ ...entry, at: undefined }));
    expect(told).toEqual([
      expect.objectContaining({ what: 'started', workflowName: 'agentAlone', by: expect.any(String) }),
      expect.objectContaining({
        what: 'asked',
        requirement: 'g#executor',
        shown: expect.objectContaining({
          digest,
          tools: [expect.objectContaining({ toolName: 'pay', preview: expect.any(String) })],
        }),
      }),
      expect.objectContaining({
        what: 'sent',
        signal: 'approve',
        requirements: ['nobody'],
        by: 'eve',
        identity: expect.any(String),
      }),
      expect.objectContaining({ what: 'refused', code: 'not_found', by: 'eve', requirement: 'nobody' }),
      expect.objectContaining({ what: 'sent', signal: 'approve', requirements: ['g#executor'], by: 'eve' }),
      expect.objectContaining({ what: 'refused', code: 'digest_mismatch', by: 'eve' }),
      expect.objectContaining({ what: 'sent', signal: 'reject', by: 'ann' }),
      expect.objectContaining({
        what: 'decided',
        requirement: 'g#executor',
        resolution: 'rejected',
        by: 'ann',
        tools: [{ toolCallId: 'c1', toolName: 'pay', resolution: 'rejected', resolvedBy: 'ann', note: 'too dear' }],
      }),
      expect.objectContaining({ what: 'ended', status: 'completed' }),
    ]);
  });
});
