/** What operators do to activities by Temporal's own means: nothing that a human let run once is run again unasked (H2). */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { diagnose } from '../../client/diagnose.ts';
import { agents, call, calls, done, heard, play, unique } from '../support/agents.ts';
import { eventsOf, ofType } from '../support/history.ts';
import { startBareServer } from '../support/bare-server.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

const paid: string[] = [];
let server: TestServer;
beforeAll(async () => {
  const payLong = async ({ runId }: { runId: string }) => {
    paid.push(runId);
    await Context.current().cancelled;
  };
  server = await openServer({ agents, payLong }, 'agentBundlePath');
});
afterAll(() => server.close());

/** The one activity that is at work, or waits. */
async function activityOf({ handle }: TestRun) {
  const { workflowId } = handle;
  const { raw } = await handle.describe();
  const [activity] = raw.pendingActivities ?? [];
  return { workflowId, activityId: activity?.activityId ?? '', attempt: activity?.attempt, paused: activity?.paused };
}

async function until(predicate: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await predicate())) await new Promise((resolve) => setTimeout(resolve, 30));
}

/** By an operator's hand. */
const byHand = {
  pause: async (run: TestRun) => {
    const { workflowId, activityId } = await activityOf(run);
    const execution = { workflowId };
    await server.client.workflowService.pauseActivity({ namespace: 'default', execution, id: activityId });
    // The attempt that was under way is over.
    await until(async () => (await activityOf(run)).attempt === 2);
  },
  unpause: async (run: TestRun) => {
    const { workflowId, activityId } = await activityOf(run);
    const execution = { workflowId };
    await server.client.workflowService.unpauseActivity({ namespace: 'default', execution, id: activityId });
  },
  reset: async (run: TestRun) => {
    const { workflowId, activityId } = await activityOf(run);
    const execution = { workflowId };
    await server.client.workflowService.resetActivity({ namespace: 'default', execution, id: activityId });
  },
  complete: async (run: TestRun, result: unknown) => {
    const { workflowId, activityId } = await activityOf(run);
    await server.client.activity.complete({ workflowId, activityId }, result);
  },
};

const LOST = 'may have run: no result came back (an operator paused, reset or retried it, or a deploy moved its run)';

describe.concurrent('an activity that a human let run once', () => {
  test.each([
    ['reset', ['reset']],
    ['paused and unpaused', ['pause', 'unpause']],
    ['paused and reset', ['pause', 'reset']],
  ] as const)('%s is not run again, but asked about', async (_, actions) => {
    const run = await server.start('paysLong');
    await run.answer('approve', (await run.paused())[0]!);
    await until(() => paid.includes(run.handle.workflowId));
    for (const action of actions) await byHand[action](run);
    const asked = await run.pausedAt('error');
    expect(asked).toMatchObject({ mayHaveRun: true, message: `The executor of 'payLong' ${LOST}` });
    expect(paid.filter((id) => id === run.handle.workflowId)).toHaveLength(1);
    await run.answer('retryStep', asked);
    await until(() => paid.filter((id) => id === run.handle.workflowId).length === 2);
    await byHand.complete(run, 'paid by hand');
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'paid by hand' });
  });

  test('nor is it where its run is reset to a place after it was scheduled', async () => {
    const run = await server.start('paysBeside');
    const { handle } = run;
    const [pay, other] = await run.paused(2);
    await run.answer('approve', pay!);
    await until(() => paid.includes(handle.workflowId));
    await run.answer('approve', other!);
    await run.until(({ stepResults }) => JSON.stringify(stepResults).includes('"other"'));
    const last = ofType(await eventsOf(handle), 'WorkflowTaskCompleted').at(-1)!;
    await server.client.workflowService.resetWorkflowExecution({
      ...{ namespace: 'default', workflowExecution: { workflowId: handle.workflowId }, requestId: randomUUID() },
      workflowTaskFinishEventId: last.eventId!,
    });
    expect(await run.pausedAt('error')).toMatchObject({ message: `The executor of 'pay' ${LOST}` });
    expect(paid.filter((id) => id === handle.workflowId)).toHaveLength(1);
  });

  test('neither is a tool call', async () => {
    const run = await server.start('agentAlone', play(calls(call('payLong', { q: 'x' })), 'x'));
    await run.answer('approve', (await run.paused())[0]!);
    await until(() => done(run).length === 1);
    await byHand.pause(run);
    expect(await diagnose(server.client, run.handle.workflowId, undefined)).toBe(
      `waiting for an operator, who has paused activity 'puppet.payLong' of run '${run.handle.workflowId}' (temporal activity unpause)`,
    );
    await byHand.unpause(run);
    const asked = await run.pausedAt('error');
    expect(asked).toMatchObject({ mayHaveRun: true, message: `The tool 'payLong' of 'puppet' ${LOST}` });
    expect(done(run)).toHaveLength(1);
    await run.answer('skipStep', asked, { result: 'paid' });
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });
});

test.each([
  ['paid by hand', 'paid by hand'],
  [null, null],
  [{ receipt: 7 }, { receipt: 7 }],
  [{ gated: 1 }, { gated: 1 }],
  // As the tool's activity gives it, with more.
  [{ result: 'paid', lost: 3 }, 'paid'],
])('a tool call that an operator completes with %j has the result %j', async (given, result) => {
  const task = play(calls(call('payLong', { q: 'x' })), unique('x'));
  const run = await server.start('agentAlone', task);
  await run.answer('approve', (await run.paused())[0]!);
  await until(() => done(run).length === 1);
  await byHand.complete(run, given);
  expect(await run.result()).toMatchObject({ status: 'completed' });
  expect(heard(task)).toEqual([result]);
});

test('a workflow that an operator has paused is open, and says so', async () => {
  const bare = await startBareServer(inject('cli'), ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true']);
  const temporal = new Client({ connection: await Connection.connect({ address: bare.address }) });
  const client = new HoldpointClient(temporal);
  try {
    const { runId } = await client.start('paysLong', { input: 'x' });
    await temporal.workflowService.pauseWorkflowExecution({ namespace: 'default', workflowId: runId });
    expect(await client.getRun(runId)).toMatchObject({ status: 'running', complete: false });
    const paused = `waiting for an operator, who has paused run '${runId}' (temporal workflow unpause)`;
    expect(await diagnose(temporal, runId, undefined)).toBe(paused);
  } finally {
    await client.close();
    await bare.stop();
  }
});
