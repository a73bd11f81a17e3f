/** Runs that continue as new at every chance do the same as those that never do (H7, H8). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowUpdateStage } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { InvalidAnswer } from '../../client/errors.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import type { StepRequirement, ToolRequirement } from '../../workflows/protocol/requirement.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { agents } from '../replay/agents.ts';
import { play } from '../replay/play.ts';
import { activities, type Scenario, SCENARIOS } from '../replay/scenarios.ts';
import { startBareServer } from '../support/bare-server.ts';
import { outline } from '../support/drive.ts';
import { ofType, untilHistory } from '../support/history.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { type RunningWorker, runWorker, TestRun } from '../support/server.ts';

/** Events after which this server suggests to continue as new: one workflow task. */
const SUGGESTED = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=4'];

/** A server with a worker of its own on it. */
interface Stage {
  readonly temporal: Client;
  readonly client: HoldpointClient;
  readonly taskQueue: string;
  close(): Promise<void>;
}

async function openStage(address: string, code: string, taskQueue: string = randomUUID()): Promise<Stage> {
  const [connection, native] = [await Connection.connect({ address }), await NativeConnection.connect({ address })];
  const temporal = new Client({ connection });
  const workflowBundle = { code };
  const options = { connection: native, taskQueue, workflowBundle, activities: { ...activities, agents } };
  const worker: RunningWorker = runWorker(await createWorker(options));
  const client = new HoldpointClient(temporal, { taskQueue, onWaiting: () => {} });
  return {
    ...{ temporal, client, taskQueue },
    async close() {
      await worker.stop();
      await connection.close();
      await native.close();
    },
  };
}

let bundle: string;
let bare: Awaited<ReturnType<typeof startBareServer>>;
let still: Stage;
let moving: Stage;
beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('../workflows/replay-agents/index.ts', import.meta.url));
  bundle = (await bundleWorkflows({ workflowsPath })).code;
  bare = await startBareServer(inject('cli'), SUGGESTED);
  still = await openStage(inject('address'), bundle);
  moving = await openStage(bare.address, bundle);
});
afterAll(async () => {
  await still?.close();
  await moving?.close();
  await bare?.stop();
});

/** What a scenario comes to, without times and ids of executions; and in how many executions. */
async function outcome({ temporal, client, taskQueue }: Stage, name: string, scenario: Scenario) {
  const workflowId = `${name}-${randomUUID()}`;
  const args = [{ of: scenario.script ?? name }, { sessionId: 'mine' }];
  const handle = await temporal.workflow.start(scenario.workflow, { taskQueue, workflowId, args });
  await play(new TestRun(handle), scenario);
  const run = await client.getRun(workflowId);
  const events: string[] = [];
  let last = 0;
  for await (const { event, sequence, ...more } of client.events(workflowId)) {
    expect(sequence).toBeGreaterThan(last);
    last = sequence;
    // How often a run pauses in a Parallel depends on how fast its branches are.
    if (event !== 'WorkflowPaused') events.push(`${event} ${'path' in more ? more.path : ''}`);
  }
  const histories = await chain(temporal, workflowId, handle.firstExecutionRunId);
  return { run: plain(run), events: events.toSorted((a, b) => a.localeCompare(b)), histories };
}

/** The histories of all executions. */
async function chain(temporal: Client, workflowId: string, first: string): Promise<Recorded[]> {
  const histories: Recorded[] = [];
  for (let next: string | null | undefined = first; next; ) {
    const history = await temporal.workflow.getHandle(workflowId, next).fetchHistory();
    histories.push({ workflowId, history });
    next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return histories;
}

function plain(
  run: Pick<RunOutput, 'status' | 'content' | 'stepResults' | 'sessionState' | 'refusedAnswers'> & {
    readonly stepRequirements: readonly object[];
    readonly error?: unknown;
    readonly usage?: unknown;
  },
) {
  const { status, content, stepResults, sessionState, refusedAnswers, error, usage } = run;
  const requirements = (run.stepRequirements as readonly StepRequirement[]).map(
    ({ digest: _, createdAt: _c, resolvedAt: _r, timeoutAt: _t, id, tools, ...rest }) => ({
      ...rest,
      // Which of a team's members asks first is up to their models.
      id: tools?.[0]?.member ? `${rest.path}#${rest.executorName}` : id,
      ...(tools ? { tools: tools.map(({ resolvedAt: _at, ...tool }: ToolRequirement) => tool) } : {}),
    }),
  );
  requirements.sort((a, b) => a.id.localeCompare(b.id));
  return { status, content, stepResults, sessionState, refused: refusedAnswers.count, error, usage, requirements };
}

/** To be replayed together: each replay makes a worker. */
const recorded: Recorded[] = [];

describe.concurrent('a run that continues as new at every chance', () => {
  // Who started a run is nothing to what follows.
  for (const [name, scenario] of Object.entries(SCENARIOS).filter(([, { startedBy }]) => startedBy === undefined)) {
    test(`does as one that never does: ${name}`, async () => {
      const [one, other] = await Promise.all([outcome(still, name, scenario), outcome(moving, name, scenario)]);
      expect(one.histories).toHaveLength(1);
      expect(other.run).toEqual(one.run);
      expect(other.events).toEqual(one.events);
      expect(other.histories.length).toBeGreaterThan(scenario.answers.length / 2);
      recorded.push(...other.histories);
    });
  }

  test('goes on after a reset of one of its executions', async () => {
    const { temporal, client, taskQueue } = moving;
    const workflowId = `reset-${randomUUID()}`;
    const args = [{ of: 'rejections' }, { sessionId: 'mine' }];
    const handle = await temporal.workflow.start('replayPauses', { taskQueue, workflowId, args });
    const run = new TestRun(handle);
    await run.pausedAt('confirmation');
    const { runId } = await handle.describe();
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const task = events!.find((event) => event.workflowTaskCompletedEventAttributes)!;
    await temporal.workflowService.resetWorkflowExecution({
      ...{ namespace: 'default', workflowExecution: { workflowId, runId }, requestId: randomUUID() },
      ...{ reason: 'a test', workflowTaskFinishEventId: task.eventId! },
    });
    await play(run, SCENARIOS.rejections!);
    const { run: other } = await outcome(still, 'rejections', SCENARIOS.rejections!);
    expect(plain(await client.wait(workflowId))).toEqual(other);
  });

  test('leaves nothing to others: not to a start with its argument, nor to what cron begins after that', async () => {
    const { temporal, taskQueue } = moving;
    const of = { of: 'rejections' };
    const [answered, forged] = [randomUUID(), randomUUID()];
    const handle = await temporal.workflow.start('replayPauses', { taskQueue, workflowId: answered, args: [of] });
    await play(new TestRun(handle), SCENARIOS.rejections!);
    const last = (await chain(temporal, answered, handle.firstExecutionRunId)).at(-1)!;
    const { payloads } = last.history.events![0]!.workflowExecutionStartedEventAttributes!.input!;
    const args = payloads!.map((payload) => defaultPayloadConverter.fromPayload(payload));
    expect(args).toHaveLength(3);

    const cron = { taskQueue, workflowId: forged, args, cronSchedule: '@every 1s' };
    const first = await temporal.workflow.start('replayPauses', cron);
    const asked = async () => {
      const { stepRequirements } = await new TestRun(first).output();
      return stepRequirements.map(({ id, resolution }) => [id, resolution]);
    };
    await vi.waitFor(async () => expect(await asked()).toEqual([['confirm#confirmation', undefined]]), 45_000);
    await temporal.workflow.getHandle(forged).terminate();
    const refused = await temporal.workflow.getHandle(forged, first.firstExecutionRunId).fetchHistory();
    expect(refused.events!.at(-1)!.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.type).toBe(
      'holdpoint.InvalidInput',
    );
  });

  test('goes on where a function of the user hands on its arguments, and not where it keeps them back', async () => {
    const { temporal, taskQueue } = moving;
    const start = async (workflow: string) =>
      new TestRun(await temporal.workflow.start(workflow, { taskQueue, workflowId: randomUUID(), args: ['IN'] }));
    const [handsOn, keepsBack] = await Promise.all([start('handsOn'), start('keepsBack')]);
    for (const run of [handsOn, keepsBack]) await run.answer('approve', await run.pausedAt('confirmation', 'one'));
    await handsOn.answer('approve', await handsOn.pausedAt('confirmation', 'two'));
    expect(await handsOn.result()).toBe('by hand: two');
    const failed = await untilHistory(temporal.workflow.getHandle(keepsBack.handle.workflowId), (events) =>
      events.some((event) => event.workflowTaskFailedEventAttributes),
    );
    const { failure } = failed.find((event) => event.workflowTaskFailedEventAttributes)!
      .workflowTaskFailedEventAttributes!;
    expect(failure!.message).toMatch(/must hand on all of its arguments/);
    await temporal.workflow.getHandle(keepsBack.handle.workflowId).terminate();
  });

  test('leaves between two nodes, also in the workflow task that has brought an answer', async () => {
    const { temporal, taskQueue } = moving;
    const workflowId = randomUUID();
    const handle = await temporal.workflow.start('handsOn', { taskQueue, workflowId, args: ['IN'] });
    const run = new TestRun(handle);
    await run.answer('approve', await run.pausedAt('confirmation', 'one'));
    await run.pausedAt('confirmation', 'two');
    const [first] = await chain(temporal, workflowId, handle.firstExecutionRunId);
    const memos = first!.history.events!.flatMap(
      (event) => event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.holdpoint ?? [],
    );
    const told = memos.map((memo) => JSON.stringify(defaultPayloadConverter.fromPayload(memo))).join();
    expect(told).toContain('one#confirmation');
    expect(told).not.toContain('two#confirmation');
    await temporal.workflow.getHandle(workflowId).terminate();
  });

  test('keeps what functions have decided, and what was done before an error, whatever they would say now', async () => {
    const { temporal, taskQueue } = moving;
    const workflowId = randomUUID();
    const handle = await temporal.workflow.start('decidesOnce', { taskQueue, workflowId, args: ['IN'] });
    const run = new TestRun(handle);
    const answers = [
      // With it the server suggests to leave.
      ['all/first#confirmation', 'approve', 'confirmed'],
      ['all/if/yes#confirmation', 'approve', 'confirmed'],
      ['all/way/a#confirmation', 'approve', 'confirmed'],
      ['all/loop[1]#iterationReview', 'reject', 'rejected'],
      ['all/key#confirmation', 'approve', 'confirmed'],
      ['all/reviewed#outputReview', 'reject', 'rejected'],
      ['all/half#error', 'reject', 'rejected'],
    ] as const;
    await run.paused(answers.length);
    for (const [index, [requirement, signal]] of answers.entries()) {
      await run.signal(signal, { requirement });
      await run.until(({ stepRequirements }) => stepRequirements[index]!.resolution !== undefined);
    }
    const { status, stepRequirements, stepResults } = await run.result();
    expect(status).toBe('cancelled');
    expect(stepRequirements.map(({ id, resolution }) => [id, resolution])).toEqual(
      answers.map(([id, , end]) => [id, end]),
    );
    const key = `${workflowId}/${handle.firstExecutionRunId}/all/key~1`;
    expect(outline(stepResults)).toContain(
      `{first:first if:yes{yes:yes} way:a{a:a} key:${key} half!:stuck{draft:draft stuck!:stuck}}`,
    );
    expect((await chain(temporal, workflowId, handle.firstExecutionRunId)).length).toBeGreaterThan(1);
  });

  test('goes on with what the iteration before has made', async () => {
    const { client, temporal } = moving;
    const { runId } = await client.start('grows', { input: 'IN' });
    const shown: unknown[] = [];
    let run = await client.wait(runId);
    for (; run.isPaused; run = await client.continueRun(run)) {
      shown.push(run.activeStepRequirements[0]!.input);
      run.activeStepRequirements[0]!.confirm();
    }
    expect([shown, run.content]).toEqual([['IN', 'x', 'xx'], 'xxx']);
    const { raw, runId: last } = await temporal.workflow.getHandle(runId).describe();
    expect(raw.workflowExecutionInfo!.firstRunId).not.toBe(last);
  });

  test('leaves where a replay does: an async function after a local activity may see a longer history', async () => {
    const { temporal } = moving;
    const [workflowId, taskQueue] = [randomUUID(), randomUUID()];
    const handle = await temporal.workflow.start('replayAfterLocal', { taskQueue, workflowId, args: ['IN'] });
    const run = new TestRun(handle);
    // A query that waits for a worker makes it end the workflow task before it goes on.
    const asked = run.output();
    const stage = await openStage(bare.address, bundle, taskQueue);
    await asked;
    await run.answer('approve', await run.pausedAt('confirmation'));
    await run.result();
    await stage.close();
    recorded.push(...(await chain(temporal, workflowId, handle.firstExecutionRunId)));
  });

  test('waits for handlers of the user: what they were sent would not come again', async () => {
    const { client, temporal, taskQueue } = still;
    const workflowId = randomUUID();
    const handle = await temporal.workflow.start('takesNotes', { taskQueue, workflowId, args: ['IN'] });
    const notes: Promise<unknown>[] = [];
    let run = await client.wait(workflowId);
    while (run.isPaused) {
      const args: [string] = [`${notes.length}`];
      const note = await handle.startUpdate<string, [string]>('note', {
        args,
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      });
      notes.push(note.result());
      for (const requirement of run.activeStepRequirements) requirement.confirm();
      run = await client.continueRun(run, { by: 'ann' });
      // As people do, so that the handler ends before the next question is answered.
      if (notes.length % 2 === 0) await Promise.all(notes);
    }
    expect(run).toMatchObject({ status: 'completed', content: 6 });
    expect(await Promise.all(notes)).toEqual(notes.map((_, at) => `noted ${at}`));
    const { runId } = await temporal.workflow.getHandle(workflowId).describe();
    expect(runId).not.toBe(handle.firstExecutionRunId);
  });

  test('takes no answer once it leaves, and says so: a function around it takes its time to end', async () => {
    const { client, temporal, taskQueue } = moving;
    const workflowId = randomUUID();
    await temporal.workflow.start('tidiesUp', { taskQueue, workflowId, args: ['IN'] });
    const handle = temporal.workflow.getHandle(workflowId);
    let run = await client.wait(workflowId);
    const { runId } = await handle.describe();
    // With it the server suggests to leave.
    await handle.signal('unheard');
    run.activeStepRequirements[0]!.confirm();
    await expect(client.continueRun(run, { by: 'ann', timeout: '10s' })).rejects.toThrow(InvalidAnswer);
    await vi.waitUntil(async () => (await handle.describe()).runId !== runId, 10_000);
    for (run = await client.wait(workflowId); run.isPaused; run = await client.continueRun(run, { by: 'ann' })) {
      run.activeStepRequirements[0]!.confirm();
    }
    expect(run).toMatchObject({ status: 'completed', content: 'two', refusedAnswers: { count: 0 } });
  });

  test('begins nothing once it leaves, though deadlines let it: the next execution does that', async () => {
    const { temporal, taskQueue } = moving;
    const workflowId = randomUUID();
    const handle = await temporal.workflow.start('tidiesUpLate', { taskQueue, workflowId, args: ['IN'] });
    await new TestRun(handle).until(({ stepRequirements }) => stepRequirements.length === 2);
    await handle.signal('unheard');
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    const histories = await chain(temporal, workflowId, handle.firstExecutionRunId);
    expect(histories.flatMap(({ history }) => ofType(history.events!, 'ActivityTaskScheduled'))).toHaveLength(2);
  });

  test('is followed by a run of its own where a function continues as new with the memo that the run had', async () => {
    const { client, temporal, taskQueue } = moving;
    const workflowId = randomUUID();
    await temporal.workflow.start('againWithMemo', { taskQueue, workflowId, args: ['IN'] });
    const events = client.events(workflowId);
    let run = await client.wait(workflowId);
    for (let answers = 1; answers <= 4; answers += 1) {
      for (const requirement of run.activeStepRequirements) requirement.confirm();
      run = await client.continueRun(run, { by: 'ann', timeout: '10s' });
    }
    await temporal.workflow.getHandle(workflowId).terminate();
    const told: string[] = [];
    for await (const { event } of events) told.push(event);
    expect(told.filter((event) => event === 'StepContinued')).toHaveLength(4);
    const audit = await client.audit(workflowId);
    expect(audit.filter(({ what }) => what === 'started')).toHaveLength(3);
  });
});

test('each of their executions replays', async () => {
  expect(recorded.length).toBeGreaterThan(Object.keys(SCENARIOS).length);
  expect(await replayProblems(bundle, recorded)).toEqual([]);
});
