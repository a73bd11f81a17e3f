/** Parallels that open, fail and end while their branches are at work: semantics §6. */
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunMemo } from '../../workflows/protocol/memo.ts';
import { calledSteps, callsOf, outline } from '../support/drive.ts';
import { did, errorActivities, gates } from '../support/error-activities.ts';
import { eventsOf, ofType } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer(errorActivities);
});
afterAll(() => server.close());

describe.concurrent('in a Parallel', () => {
  test('questions that open together are shown once, and the run is not paused while something is at work', async () => {
    const run = await server.start('askedTogether');
    await run.until(({ stepRequirements }) => stepRequirements.length === 2 && gates.has(run.handle.workflowId));
    const memos = (await eventsOf(run.handle)).flatMap(({ workflowPropertiesModifiedEventAttributes: modified }) =>
      modified ? [defaultPayloadConverter.fromPayload<RunMemo>(modified.upsertedMemo!.fields!.holdpoint!)] : [],
    );
    expect(memos.map(({ status, openCount }) => [status, openCount])).toEqual([['running', 2]]);
    gates.get(run.handle.workflowId)!();
    for (const requirement of await run.paused(2)) await run.answer('approve', requirement);
    expect((await run.result()).status).toBe('completed');
  });
});

describe.concurrent('beside a Parallel that ends', () => {
  test('after a failure: questions are withdrawn, running activities finish, nothing new starts, then onError', async () => {
    const run = await server.start('failureBeside');
    const asked = await run.until(
      ({ stepRequirements }) => stepRequirements.length === 3 && gates.has(run.handle.workflowId),
    );
    const fails = asked.stepRequirements.find(({ stepName }) => stepName === 'fails')!;
    expect(asked.status).toBe('running');
    await run.answer('approve', fails);
    const waiting = await run.until(({ stepRequirements }) =>
      stepRequirements.some(({ resolution }) => resolution === 'withdrawn'),
    );
    expect(waiting.stepRequirements.map(({ id, resolution }) => `${id} ${resolution}`).sort()).toEqual([
      'side/fails#confirmation confirmed',
      'side/gate#confirmation withdrawn',
      'side/nested/deep/deepGate#confirmation withdrawn',
    ]);
    // The slow one is still at work, so the Parallel has not ended.
    expect(waiting.status).toBe('running');
    await run.signal('approve', { requirement: 'side/gate#confirmation' });
    gates.get(run.handle.workflowId)!();
    const [error] = await run.paused();
    expect(error).toMatchObject({ id: 'side#error', message: 'fails boom 1' });
    expect(did(run)).toEqual(['slow start', 'slow end']);
    expect(await calledSteps(run)).toEqual(['fails']);
    const paused = await run.output();
    expect(paused.refusedAnswers.newest.map(({ code, reason }) => [code, reason.slice(0, 17)])).toEqual([
      ['already_resolved', 'already withdrawn'],
    ]);
    expect(outline(paused.stepResults)).toBe(
      'side!:{"line":"slow","fails":"fails boom 1"}{line:slow{slow:slow} fails!:fails boom 1}',
    );
    await run.answer('skipStep', error!);
    expect(outline((await run.result()).stepResults)).toBe('z:z#1');
  });

  test('that fails at once: the others have begun, whatever the order', async () => {
    const run = await server.start('failureAtOnce');
    const output = await run.result();
    expect((await calledSteps(run)).toSorted()).toEqual(['fine', 'z']);
    expect(outline(output.stepResults)).toMatch(/^side!?:.*\bz:z#/);
  });

  test('nothing starts after it, though it was approved by the same signal', async () => {
    const run = await server.start('approvedTogether');
    const open = await run.paused(2);
    const decisions = open.map(({ id, digest }) => ({ requirement: id, digest, action: 'confirm' }));
    await run.signal('continueRun', { decisionId: 'both', decisions });
    const { status, stepRequirements } = await run.result();
    expect(status).toBe('completed');
    expect(stepRequirements.map(({ resolution }) => resolution)).toEqual(['confirmed', 'confirmed']);
    expect(did(run)).toEqual([]);
    expect(ofType(await eventsOf(run.handle), 'ActivityTaskScheduled')).toEqual([]);
  });

  test('after a cancel: running activities are cancelled and awaited, and the run ends as cancelled', async () => {
    const run = await server.start('cancelBeside');
    await run.until(({ stepRequirements }) => stepRequirements.length === 2 && did(run).length === 1);
    await run.signal('reject', { requirement: 'side/veto#confirmation', feedback: 'stop it' });
    const output = await run.result();
    // The clean-up came before the end of the run.
    expect(did(run)).toEqual(['endless start', 'endless cancelled', 'endless cleaned up']);
    expect(output).toMatchObject({ status: 'cancelled', content: "Workflow cancelled: Step 'veto' was rejected" });
    expect(output.stepRequirements.map(({ id, resolution }) => [id, resolution])).toEqual([
      ['side/open#confirmation', 'withdrawn'],
      ['side/veto#confirmation', 'rejected'],
    ]);
    expect((await callsOf(run)).map(({ step }) => step)).toEqual(['done']);
    expect(outline(output.stepResults)).toBe('side:{"done":"done#1"}{done:done#1}');
  });

  test('a real Temporal cancel ends it Canceled, after the running activity has cleaned up', async () => {
    const run = await server.start('cancelBeside');
    await run.until(({ stepRequirements }) => stepRequirements.length === 2 && did(run).length === 1);
    await run.handle.cancel();
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    expect(did(run)).toEqual(['endless start', 'endless cancelled', 'endless cleaned up']);
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(await calledSteps(run)).toEqual(['done']);
  });
});
