/** Parallels that end early in two ways at once: what a human has said counts, and nothing that nobody has approved goes on. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { approve, calledSteps, drive, outline, reject } from '../support/drive.ts';
import { did, errorActivities, gates } from '../support/error-activities.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer(errorActivities);
});
afterAll(() => server.close());

/** All answers in one signal. */
async function answerTogether(
  run: TestRun,
  open: readonly StepRequirement[],
  actions: Record<string, 'confirm' | 'reject'>,
) {
  const decisions = Object.entries(actions).map(([stepName, action]) => {
    const { id, digest } = open.find((requirement) => requirement.stepName === stepName)!;
    return { requirement: id, digest, action };
  });
  await run.signal('continueRun', { decisionId: Object.keys(actions).join(), decisions });
}

describe.concurrent('a no that cancels, in one signal with a yes to what fails', () => {
  test.each([
    ['noBesideFailure', 2],
    ['deepNoBesideFailure', 3],
  ])('%s: cancels the run, in any order of the answers', async (workflow, open) => {
    const recorded: Recorded[] = [];
    for (const order of [
      { fails: 'confirm', veto: 'reject' },
      { veto: 'reject', fails: 'confirm' },
    ] as const) {
      const run = await server.start(workflow);
      await answerTogether(run, await run.paused(open), order);
      const { status, content } = await run.result();
      expect([status, content]).toEqual(['cancelled', "Workflow cancelled: Step 'veto' was rejected"]);
      expect(await calledSteps(run)).not.toContain('z');
      recorded.push({ workflowId: run.handle.workflowId, history: await run.handle.fetchHistory() });
    }
    expect(await replayProblems(readFileSync(inject('bundlePath'), 'utf8'), recorded)).toEqual([]);
  });

  test('cancels it too where it is the last that retries allow', async () => {
    const run = await server.start('lastNoBesideFailure');
    const [, first] = await run.paused(2);
    await run.answer('reject', first!);
    await answerTogether(run, await run.paused(2), { fails: 'confirm', veto: 'reject' });
    const { status, content } = await run.result();
    expect([status, content]).toEqual(['cancelled', "Max retries (1) reached for step 'veto'"]);
  });
});

test('a no that cancels, in an inner Parallel whose work takes its time: around it, nothing begins and nothing is asked', async () => {
  const run = await server.start('noFarInside');
  const { stepRequirements } = await run.until((state) => state.stepRequirements.length === 2 && did(run).length === 2);
  const [veto, pay] = ['veto', 'pay'].map((name) => stepRequirements.find(({ stepName }) => stepName === name)!);
  await run.answer('reject', veto!);
  await run.until((state) => state.stepRequirements.every(({ resolution }) => resolution !== undefined));
  await run.answer('approve', pay!);
  gates.get(run.handle.workflowId)!();
  const output = await run.result();
  expect(output).toMatchObject({ status: 'cancelled', content: "Workflow cancelled: Step 'veto' was rejected" });
  expect(output.stepRequirements.find(({ stepName }) => stepName === 'pay')).toMatchObject({ resolution: 'withdrawn' });
  expect(output.refusedAnswers.newest).toMatchObject([{ code: 'already_resolved', requirement: pay!.id }]);
  expect(await calledSteps(run)).toEqual([]);
});

test('a stop beside a failure that the Parallel skips: nothing runs after it', async () => {
  const run = await server.start('stopBesideFailure');
  await run.answer('approve', (await run.paused())[0]!);
  const { status, stepResults } = await run.result();
  expect([status, stepResults.length]).toEqual(['completed', 1]);
  expect(await calledSteps(run)).not.toContain('z');
});

test('a no that cancels, in one signal with a yes to inline code: that does not begin', async () => {
  const run = await server.start('inlineBesideNo');
  await answerTogether(run, await run.paused(2), { veto: 'reject', inline: 'confirm' });
  expect((await run.result()).status).toBe('cancelled');
  expect(await calledSteps(run)).toEqual([]);
});

describe.concurrent('an output under review when a sibling fails', () => {
  test.each([
    ['reviewBesideFailure', 'fails!:fails boom 1 line:fine#1{fine:fine#1}'],
    ['roundsBesideFailure', 'fails!:fails boom 1'],
  ])('%s: is withdrawn, and not handed on', async (workflow, left) => {
    const run = await server.start(workflow);
    const open = await run.paused(2);
    await run.answer('approve', open.find(({ stepName }) => stepName === 'fails')!);
    const output = await run.result();
    expect(output.stepRequirements.map(({ resolution }) => resolution)).toEqual(['confirmed', 'withdrawn']);
    expect(outline(output.content as never)).toBe(left);
  });
});

test('an output under review when the run is cancelled stays in its record', async () => {
  const run = await server.start('reviewBesideNo');
  const open = await run.paused(2);
  await run.answer('reject', open.find(({ stepName }) => stepName === 'veto')!);
  const output = await run.result();
  expect([output.status, outline(output.stepResults)]).toEqual([
    'cancelled',
    'side:{"draft":"draft#1"}{draft:draft#1}',
  ]);
});

test('an error that waits for a human when the run is cancelled stays in its record', async () => {
  const run = await server.start('errorBesideNo');
  const open = await run.paused(2);
  await run.answer('reject', open.find(({ stepName }) => stepName === 'veto')!);
  const output = await run.result();
  expect([output.status, outline(output.stepResults)]).toEqual([
    'cancelled',
    'side!:{"stuck":"stuck boom 1"}{stuck!:stuck boom 1}',
  ]);
});

test('an output that was to be reviewed is not handed on with the failure that it reports', async () => {
  const { output } = await drive(await server.start('reportedBesideReview'));
  expect(output.content).toBe('no good');
});

describe.concurrent('session state that a branch has patched', () => {
  test('stays where the Parallel fails', async () => {
    const { output } = await drive(await server.start('stateBesideFailure'), approve);
    expect([output.status, output.sessionState]).toEqual(['completed', { patched: true }]);
  });

  test('stays where the run is cancelled', async () => {
    const { output } = await drive(await server.start('stateBesideNo'), reject());
    expect([output.status, output.sessionState]).toEqual(['cancelled', { patched: true }]);
  });
});
