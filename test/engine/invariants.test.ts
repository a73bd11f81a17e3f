/** The invariants of the engine, semantics §1, by number. H1 is in every-gate.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { step } from '../../workflows/define/step.ts';
import { defineWorkflow } from '../../workflows/define/workflow.ts';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { changedPaths, fingerprintOf } from '../../workflows/define/structure.ts';
import {
  answerAll,
  approve,
  calledSteps,
  callsOf,
  drive,
  edit,
  input,
  type Move,
  outline,
  refusals,
  reject,
  retry,
  select,
} from '../support/drive.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

describe.concurrent('H2 nothing gated runs without an affirmative answer', () => {
  test('empty and partial answers leave the run paused', async () => {
    const run = await server.start('payWithLimit');
    const [requirement] = await run.paused();
    await run.signal('continueRun', { decisionId: 'd1', decisions: [] });
    await run.answer('approve', requirement!);
    await run.answer('approve', requirement!, { values: {} });
    await run.answer('approve', requirement!, { values: { note: 'no limit' } });
    await run.answer('provideInput', requirement!, { values: { limit: 1 } });
    const output = await run.output();
    expect(output.status).toBe('paused');
    expect(openOf(output)).toEqual([requirement]);
    expect(refusals(output).map(([code]) => code)).toEqual(['malformed', 'invalid', 'invalid', 'invalid', 'invalid']);
    expect(await calledSteps(run)).toEqual([]);
    await run.answer('approve', requirement!, { values: { limit: 5 } });
    expect((await run.result()).content).toEqual({ limit: 5 });
  });

  test('answering one of two open requirements does not answer the other', async () => {
    const run = await server.start('sideBySide');
    const [left, right] = await run.paused(2);
    expect(await calledSteps(run)).toEqual(['free']);
    await run.answer('approve', right!);
    expect(await run.paused(1)).toEqual([left]);
    expect(await calledSteps(run)).toEqual(['free', 'right']);
    await run.answer('approve', left!);
    await run.result();
    expect(await calledSteps(run)).toEqual(['free', 'right', 'left', 'end']);
  });

  test("onTimeout 'approve' approves when it has expired, and not before", async () => {
    const run = await server.start('deadlines');
    const { stepRequirements } = await run.until(({ stepRequirements: all }) => all.length === 2);
    const soon = stepRequirements[0]!;
    expect(soon).toMatchObject({ resolution: 'confirmed', resolvedBy: 'timeout' });
    expect(Date.parse(soon.resolvedAt!)).toBeGreaterThanOrEqual(Date.parse(soon.timeoutAt!));
    expect(Date.parse(soon.timeoutAt!) - Date.parse(soon.createdAt)).toBe(150);
    await run.handle.terminate();
  });
});

describe.concurrent('H3 one requirement, one resolution', () => {
  test('a second run in one execution, by a function of the user, does not begin', async () => {
    const run = await server.start('callsTwice');
    for (const name of ['one', 'two']) await run.answer('approve', await run.pausedAt('confirmation', name));
    await expect(run.result()).rejects.toMatchObject({
      cause: { type: 'holdpoint.InvalidInput', message: expect.stringMatching(/start 'asks' as a child workflow/) },
    });
  });

  test('duplicate, late, stale, forged and malformed answers change nothing and stay in the record', async () => {
    const run = await server.start('draftAndPublish');
    const [first] = await run.paused();
    await run.answer('reject', first!, { feedback: 'shorter', by: 'ann' });
    const second = await run.pausedAt('output_review');
    expect(second).toMatchObject({ id: 'draft#outputReview~2', retryCount: 1, output: 'draft#2' });
    await run.answer('reject', first!, { feedback: 'shorter', by: 'ann' }); // duplicate
    await run.answer('approve', first!, { by: 'bob' }); // stale: about the first draft
    await run.signal('approve', { requirement: second.id, digest: first!.digest, by: 'bob' }); // of what is no longer shown
    await run.signal('approve', { requirement: 'draft#outputReview~3', by: 'eve' }); // not asked yet
    await run.signal('approve', { requirement: second.id, by: 'Timeout' }); // forged
    await run.signal('approve', 'yes'); // malformed
    await run.answer('selectRoute', second, { choices: ['a'], by: 'eve' }); // of the wrong kind
    const between = await run.output();
    expect(openOf(between)).toEqual([second]);
    await run.answer('approve', second, { by: 'ann' });
    const publish = await run.pausedAt('confirmation');
    await run.answer('approve', second, { by: 'bob' }); // late
    await run.answer('approve', publish);
    const output = await run.result();
    expect(output.refusedAnswers).toEqual({
      count: 8,
      newest: [
        { code: 'already_resolved', signal: 'reject', requirement: first!.id, by: 'ann' },
        { code: 'already_resolved', signal: 'approve', requirement: first!.id, by: 'bob' },
        { code: 'digest_mismatch', signal: 'approve', requirement: second.id, by: 'bob' },
        { code: 'not_found', signal: 'approve', requirement: 'draft#outputReview~3', by: 'eve' },
        { code: 'malformed', signal: 'approve', by: 'Timeout' },
        { code: 'malformed', signal: 'approve' },
        { code: 'invalid', signal: 'selectRoute', requirement: second.id, by: 'eve' },
        { code: 'already_resolved', signal: 'approve', requirement: second.id, by: 'bob' },
      ].map((each) => ({ ...each, at: expect.stringMatching(/^\d{4}-/), reason: expect.any(String) })),
    });
    expect(output.refusedAnswers.newest[0]!.reason).toMatch(/^already rejected by ann at \d{4}-/);
    expect(output.refusedAnswers.newest.at(-1)!.reason).toMatch(/^already confirmed by ann at \d{4}-/);
    expect(output.stepRequirements.map(({ id, resolution, resolvedBy }) => [id, resolution, resolvedBy])).toEqual([
      ['draft#outputReview', 'rejected', 'ann'],
      ['draft#outputReview~2', 'confirmed', 'ann'],
      ['publish#confirmation', 'confirmed', undefined],
    ]);
    expect(output.content).toBe('publish#1');
  });
});

describe.concurrent('H4 signal handlers never throw', () => {
  // One example; hostile-signals.test.ts has the assault.
  test('no argument, null and an unknown requirement neither fail the run nor block it', async () => {
    const run = await server.start('skeleton');
    const [requirement] = await run.paused();
    await run.signal('approve');
    await run.signal('reject', null);
    await run.signal('continueRun', { decisionId: 'x', decisions: [{ requirement: 'nope', action: 'confirm' }] });
    await run.answer('approve', requirement!);
    const output = await run.result();
    expect(output.status).toBe('completed');
    expect(refusals(output)).toEqual([
      ['malformed', 'approve'],
      ['malformed', 'reject'],
      ['not_found', 'continueRun', 'nope'],
    ]);
  });
});

describe.concurrent('H5 an answer is bound to what was asked', () => {
  test('without an id it is refused, and the open ids are listed', async () => {
    const run = await server.start('sideBySide');
    await run.paused(2);
    await run.signal('approve', { by: 'ann' });
    await run.signal('approve', { requirement: '' });
    const output = await run.output();
    expect(openOf(output)).toHaveLength(2);
    expect(output.refusedAnswers.newest.map(({ code, reason }) => [code, reason])).toEqual([
      ['malformed', expect.stringMatching(/open: both\/left#confirmation, both\/right#confirmation$/)],
      ['malformed', expect.stringMatching(/open: both\/left#confirmation, both\/right#confirmation$/)],
    ]);
    await run.handle.terminate();
  });

  test('the digest is of what is shown in this run: what is shown later, or in another run, has another one', async () => {
    const [one, two] = await Promise.all([server.start('draftAndPublish'), server.start('draftAndPublish')]);
    const [[first], [elsewhere]] = await Promise.all([one.paused(), two.paused()]);
    expect(first!.digest).toMatch(/^[0-9a-f]{20}$/);
    expect([elsewhere!.id, elsewhere!.output]).toEqual([first!.id, first!.output]);
    await one.answer('approve', elsewhere!);
    await one.answer('reject', first!);
    const again = await one.pausedAt('output_review');
    await one.signal('approve', { requirement: again.id, digest: first!.digest });
    expect(refusals(await one.output())).toEqual([
      ['digest_mismatch', 'approve', first!.id],
      ['digest_mismatch', 'approve', again.id],
    ]);
    await Promise.all([one.handle.terminate(), two.handle.terminate()]);
  });

  test('a signal by hand may leave the digest out, never the id', async () => {
    const run = await server.start('skeleton');
    const [requirement] = await run.paused();
    await run.signal('approve', { requirement: requirement!.id });
    expect((await run.result()).status).toBe('completed');
  });
});

describe.concurrent('H6 deadlines are live', () => {
  // Each action on each primitive, and both orders in one workflow task: test/engine/deadlines, with skipped time.
  test('a deadline fires by itself, for good; an answer before it wins, for good', async () => {
    const run = await server.start('deadlines');
    const later = await run.pausedAt('confirmation', 'later');
    await run.signal('reject', { requirement: 'soon#confirmation', by: 'ann' });
    await run.answer('reject', later, { by: 'ann' });
    const output = await run.result();
    expect(output.stepRequirements.map(({ resolution, resolvedBy }) => [resolution, resolvedBy])).toEqual([
      ['confirmed', 'timeout'],
      ['rejected', 'ann'],
    ]);
    expect(output.refusedAnswers.newest[0]!.reason).toMatch(/^already confirmed by timeout at /);
    expect(outline(output.stepResults)).toBe('soon:soon#1');
  });
});

describe.concurrent('H7 one behaviour', () => {
  const moves: Move[] = [
    approve,
    input({ a: [1, { b: null }] }),
    ['approve', { values: { c: '' } }],
    edit({ text: 'mine' }),
    reject('again'),
    select('two'),
    reject(),
    retry,
  ];
  /** Without what must differ: ids, digests and times. */
  const record = ({ runId, sessionId: _, ...run }: RunOutput) => {
    const text = JSON.stringify(run, (key, value) => (/At$|^at$|^digest$/.test(key) ? 'T' : value));
    return JSON.parse(text.replaceAll(runId, 'RUN'));
  };

  test('cached, or replayed from its history for every task: same outcome, same record, same calls', async () => {
    const taskQueue = `${server.taskQueue}-replaying`;
    await server.worker({ taskQueue, maxCachedWorkflows: 0 });
    const cached = await drive(await server.start('allKinds'), ...moves);
    const replayed = await drive(await server.start('allKinds', 'IN', undefined, { taskQueue }), ...moves);
    expect(record(replayed.output)).toEqual(record(cached.output));
    expect(replayed.asked.map(({ id }) => id)).toEqual(cached.asked.map(({ id }) => id));
    const withoutKeys = (calls: typeof cached.calls) => calls.map(({ key: _, ...call }) => call);
    expect(withoutKeys(replayed.calls)).toEqual(withoutKeys(cached.calls));
    expect(cached.end[2]).toBe(
      'confirmed:confirmed#1 filled:{"a":[1,{"b":null}]} both:both#1 reviewed:{"text":"mine"} fork:two#1{two:two#1} branch:else#1{else:else#1} broken:broken#2',
    );
  });
});

describe.concurrent('H8 containers resume where they stopped', () => {
  test('a pause in the middle loses no sibling, iteration or route', async () => {
    const { end, calls, asked } = await drive(await server.start('pausesInTheMiddle'), ...Array<Move>(6).fill(approve));
    expect(asked.map(({ id }) => id)).toEqual([
      'line/line2#confirmation',
      'rounds[1]/gate#confirmation',
      'rounds[2]/gate#confirmation',
      'rounds[3]/gate#confirmation',
      'route/r2#confirmation',
      'nested/n2#confirmation',
    ]);
    expect(calls.map(({ step: name }) => name)).toEqual([
      ...['line1', 'line2', 'line3'],
      ...[1, 2, 3].flatMap(() => ['before', 'gate', 'after']),
      ...['r3', 'r2', 'r1'],
      ...['n1', 'n2', 'n3'],
    ]);
    expect(end).toEqual([
      'completed',
      'n3#1',
      'line:line3#1{line1:line1#1 line2:line2#1 line3:line3#1} ' +
        'rounds:after#3{before:before#1 gate:gate#1 after:after#1 before:before#2 gate:gate#2 after:after#2 before:before#3 gate:gate#3 after:after#3} ' +
        'route:r1#1{r3:r3#1 r2:r2#1 r1:r1#1} nested:n3#1{n1:n1#1 n2:n2#1 n3:n3#1}',
    ]);
  });
});

describe.concurrent('H9 every requirement can be rejected', () => {
  test('each kind of pause takes a no', async () => {
    const { end, asked, calls } = await drive(await server.start('allKinds'), ...Array<Move>(8).fill(reject('no')));
    expect(asked.map(({ kind }) => kind)).toEqual([
      ...['confirmation', 'user_input', 'confirmation+user_input', 'output_review', 'iteration_review', 'route'],
      ...['confirmation', 'error'],
    ]);
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'broken' was rejected",
      'branch:else#1{else:else#1} broken!:broken boom 1',
    ]);
    expect(calls.map(({ step: name }) => name)).toEqual(['reviewed', 'round', 'else', 'broken']);
  });
});

describe.concurrent('H10 a changed definition never resumes under an old approval', () => {
  // Workers with a changed definition, and healing: the drift tests. Here: what counts as a change.
  const definition = (change: object = {}) =>
    defineWorkflow({
      name: 'w',
      steps: [
        step({ name: 'a', executor: () => 1 }),
        step({ name: 'b', executor: () => 2, humanReview: { requiresConfirmation: true, ...change } }),
      ],
    });

  test.each([
    { requiresConfirmation: false },
    { confirmationMessage: 'Really?' },
    { onReject: 'cancel' },
    { timeout: '1 day' },
    { requiresOutputReview: true },
  ])('%j on a node is a change of that node', (change) => {
    expect(changedPaths(fingerprintOf(definition()), fingerprintOf(definition(change)))).toEqual(['b']);
  });

  test('the same definition, read again, is none', () => {
    expect(fingerprintOf(definition())).toBe(fingerprintOf(definition()));
  });
});

describe.concurrent('H11 answers stay where they belong', () => {
  test('input, feedback, edits and retry counts are those of their own requirement', async () => {
    const run = await server.start('scopedAnswers');
    const asked: StepRequirement[] = await answerAll(
      run,
      input({ tone: 'dry' }),
      reject('shorter'),
      edit('EDITED'),
      input({ tone: 'warm' }),
      approve,
    );
    expect(asked.map(({ id, retryCount }) => [id, retryCount])).toEqual([
      ['rounds[1]/draft#userInput', 0],
      ['rounds[1]/draft#outputReview', 0],
      ['rounds[1]/draft#outputReview~2', 1],
      ['rounds[2]/draft#userInput', 0],
      ['rounds[2]/draft#outputReview', 0],
    ]);
    await run.result();
    expect((await callsOf(run)).map(({ path, prev, data }) => [path, prev, data])).toEqual([
      ['rounds[1]/draft', null, { userInput: { tone: 'dry' } }],
      [
        'rounds[1]/draft',
        null,
        { userInput: { tone: 'dry' }, rejectionFeedback: 'shorter', previousOutput: 'draft#1' },
      ],
      ['rounds[1]/next', 'EDITED', {}],
      ['rounds[2]/draft', null, { userInput: { tone: 'warm' } }],
      ['rounds[2]/next', 'draft#3', {}],
      ['end', 'next#2', {}],
    ]);
  });
});
