/** What an answer to a review does: outputs of a Step, a Loop and a Router, and iterations (semantics §4). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerAll, approve, drive, edit, input, type Move, outline, reject, select, skip } from '../support/drive.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const start = async (workflow: string, ...moves: Move[]) => drive(await server.start(workflow), ...moves);

describe.concurrent('output review of a Step', () => {
  test('confirm keeps the output', async () => {
    const { end, asked } = await start('reviewStep', approve, approve, approve);
    expect(end[2]).toBe('a:a#1 skip:skip#1 retry:retry#1 cancel:cancel#1 z:z#1');
    expect(asked[0]).toMatchObject({
      ...{ id: 'skip#outputReview', kind: 'output_review', message: "Review output of step 'skip'?", output: 'skip#1' },
      ...{ requiresOutputReview: true, requiresConfirmation: false },
    });
  });

  test.each([['mine'], [''], [{ a: [1, { b: null }] }], [0], [false], [null], [[]]])(
    'an edit to %j replaces the content for everything downstream',
    async (content) => {
      const { output, calls } = await start('reviewStep', approve, approve, edit(content));
      expect(output.stepResults.find(({ name }) => name === 'cancel')!.content).toEqual(content);
      expect(output.stepRequirements[2]).toMatchObject({
        resolution: 'edited',
        editedOutput: content,
        output: 'cancel#1',
      });
      expect(calls.find(({ step }) => step === 'z')!.prev).toEqual(content);
    },
  );

  test('skip drops the output, retry runs it again with the feedback, cancel keeps what was under review', async () => {
    const { end, calls, asked } = await start('reviewStep', reject('bad'), reject('shorter'), approve, reject());
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'cancel' was rejected",
      'a:a#1 retry:retry#2 cancel:cancel#1',
    ]);
    expect(calls.map(({ step, prev, data }) => [step, prev, data])).toEqual([
      ['a', null, {}],
      ['skip', 'a#1', {}],
      ['retry', 'a#1', {}],
      ['retry', 'a#1', { rejectionFeedback: 'shorter', previousOutput: 'retry#1' }],
      ['cancel', 'retry#2', {}],
    ]);
    expect(asked.map(({ id, retryCount, output }) => [id, retryCount, output])).toEqual([
      ['skip#outputReview', 0, 'skip#1'],
      ['retry#outputReview', 0, 'retry#1'],
      ['retry#outputReview~2', 1, 'retry#2'],
      ['cancel#outputReview', 0, 'cancel#1'],
    ]);
  });

  test('with 1 retry it runs twice; a further rejection cancels', async () => {
    const { end, calls } = await start('reviewStep', approve, reject(), reject());
    expect(end).toEqual(['cancelled', "Max retries (1) reached for step 'retry'", 'a:a#1 skip:skip#1 retry:retry#2']);
    expect(calls.filter(({ step }) => step === 'retry').map(({ data }) => data)).toEqual([
      {},
      { previousOutput: 'retry#1' },
    ]);
  });

  test('what stands in for the output of a skipped failure is reviewed too; a failure that a human skips left none', async () => {
    const { end, asked } = await start('reviewSkipped', reject('again'), approve, reject(), skip);
    expect(asked.map(({ id, output }) => [id, output])).toEqual([
      ['bySetting#outputReview', 'Step skipped due to error: bySetting boom 1'],
      ['bySetting#outputReview~2', 'bySetting#2'],
      ['byOption#outputReview', 'Step byOption failed but skipped'],
      ['byHuman#error', undefined],
    ]);
    expect(end).toEqual(['completed', 'bySetting#2', 'bySetting:bySetting#2']);
  });

  test('3 retries are the default', async () => {
    const { end, calls } = await start('defaultRetries', reject(), reject(), reject(), reject());
    expect(end).toEqual(['cancelled', "Max retries (3) reached for step 'draft'", 'draft:draft#4']);
    expect(calls).toHaveLength(4);
  });

  test('0 retries are unlimited', async () => {
    const { end, asked } = await start('unlimited', ...Array<Move>(6).fill(reject('again')), approve);
    expect(end).toEqual(['completed', 'draft#7', 'draft:draft#7']);
    expect(asked.map(({ retryCount, maxRetries }) => [retryCount, maxRetries])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => [n, 0]),
    );
  });

  test('values that were entered stay for the re-run', async () => {
    const { calls, asked } = await start('inputThenReview', input({ tone: 'dry' }), reject('no'), approve);
    expect(asked.map(({ kind }) => kind)).toEqual(['user_input', 'output_review', 'output_review']);
    expect(calls.map(({ data }) => data)).toEqual([
      { userInput: { tone: 'dry' } },
      { userInput: { tone: 'dry' }, rejectionFeedback: 'no', previousOutput: { tone: 'dry' } },
    ]);
  });
});

describe.concurrent('output review of a Loop', () => {
  test('confirm keeps it; an edit replaces the content, down to the leaf', async () => {
    const { end, asked, calls } = await start('reviewLoop', approve, edit(''), edit({ k: 1 }));
    expect(end[2]).toBe(
      'a:a#1 skip:in_skip#1{in_skip:in_skip#1} retry:{in_retry:} cancel:{"k":1}{in_cancel:{"k":1}} z:z#1',
    );
    expect(asked[0]).toMatchObject({ stepType: 'Loop', message: "Review output of loop 'skip'?", output: 'in_skip#1' });
    expect(calls.map(({ step, prev }) => [step, prev])).toEqual([
      ['a', null],
      ['in_skip', 'a#1'],
      ['in_retry', 'in_skip#1'],
      ['in_cancel', ''],
      ['z', { k: 1 }],
    ]);
  });

  test('skip drops it, retry runs the whole loop again with the feedback, cancel ends the run', async () => {
    const { end, calls } = await start('reviewLoop', reject(), reject('more'), approve, reject());
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'cancel' was rejected",
      'a:a#1 retry:in_retry#2{in_retry:in_retry#2} cancel:in_cancel#1{in_cancel:in_cancel#1}',
    ]);
    expect(calls.filter(({ step }) => step === 'in_retry').map(({ prev, data }) => [prev, data])).toEqual([
      ['a#1', {}],
      ['a#1', { rejectionFeedback: 'more', previousOutput: 'in_retry#1' }],
    ]);
  });

  test('a rejection beyond the retries cancels', async () => {
    const { end } = await start('reviewLoop', approve, reject(), reject());
    expect(end[1]).toBe("Max retries (1) reached for step 'retry'");
  });
});

describe.concurrent('output review of a Router', () => {
  test('confirm keeps it; an edit replaces the content, down to the leaf', async () => {
    const { end, asked } = await start('reviewRouter', approve, edit(''), edit({ k: 1 }));
    expect(end[2]).toBe(
      'a:a#1 skip:in_skip#1{in_skip:in_skip#1} retry:{in_retry:} cancel:{"k":1}{in_cancel:{"k":1}} z:z#1',
    );
    expect(asked[0]).toMatchObject({
      ...{ stepType: 'Router', message: "Review output of router 'skip'?", output: 'in_skip#1' },
      availableChoices: ['in_skip', 'other_skip'],
    });
  });

  test('skip drops it, retry asks for a new route and then reviews again, its nodes get no feedback', async () => {
    const { end, calls, asked } = await start(
      'reviewRouter',
      reject(),
      reject('the other one'),
      select('other_retry'),
      approve,
      reject(),
    );
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'cancel' was rejected",
      'a:a#1 retry:other_retry#1{other_retry:other_retry#1} cancel:in_cancel#1{in_cancel:in_cancel#1}',
    ]);
    expect(
      asked.slice(1, 4).map(({ id, kind, retryCount, previousFeedback }) => [id, kind, retryCount, previousFeedback]),
    ).toEqual([
      ['retry#outputReview', 'output_review', 0, undefined],
      ['retry#route', 'route', 0, 'the other one'],
      ['retry#outputReview~2', 'output_review', 1, 'the other one'],
    ]);
    expect(asked[2]!.message).toBe('Select a route from: in_retry, other_retry');
    expect(calls.map(({ step, prev, data }) => [step, prev, data])).toEqual([
      ['a', null, {}],
      ['in_skip', 'a#1', {}],
      ['in_retry', 'a#1', {}],
      ['other_retry', 'a#1', {}],
      ['in_cancel', 'other_retry#1', {}],
    ]);
  });

  test('a rejection beyond the retries cancels', async () => {
    const { end } = await start('reviewRouter', approve, reject(), select('in_retry'), reject());
    expect(end[1]).toBe("Max retries (1) reached for step 'retry'");
  });

  test('confirmation, then route, then review: three pauses, and a retry starts at the route', async () => {
    const { asked, end } = await start(
      'routerWithAllGates',
      approve,
      select('in_fork'),
      reject('hm'),
      select('other_fork'),
      approve,
    );
    expect(asked.map(({ id, message }) => [id, message])).toEqual([
      ['fork#confirmation', "Execute router 'fork' with selected steps?"],
      ['fork#route', 'Where to?'],
      ['fork#outputReview', "Review output of router 'fork'?"],
      ['fork#route~2', 'Where to?'],
      ['fork#outputReview~2', "Review output of router 'fork'?"],
    ]);
    expect(end[2]).toBe('fork:other_fork#1{other_fork:other_fork#1} z:z#1');
  });
});

describe.concurrent('iteration review', () => {
  test('confirm stops the loop and keeps the outputs; an edit replaces the last content', async () => {
    const { end, asked, calls } = await start('reviewIterations', approve, edit('MINE'), edit(''));
    expect(end[2]).toBe('a:a#1 skip:in_skip#1{in_skip:in_skip#1} retry:MINE{in_retry:MINE} cancel:{in_cancel:} z:z#1');
    expect(asked[0]).toMatchObject({
      ...{
        id: 'skip[1]#iterationReview',
        kind: 'iteration_review',
        stepName: 'skip',
        stepType: 'Loop',
        path: 'skip[1]',
      },
      ...{ message: "Loop 'skip' completed iteration 1/3. Continue?", output: 'in_skip#1', requiresOutputReview: true },
    });
    expect(calls.at(-1)!.prev).toBe('');
  });

  test('skip omits the whole loop, retry runs the next iteration with the feedback, cancel ends the run', async () => {
    const { end, asked, calls } = await start('reviewIterations', reject(), reject('more'), reject('still'), reject());
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'cancel' was rejected",
      'a:a#1 retry:in_retry#3{in_retry:in_retry#1 in_retry:in_retry#2 in_retry:in_retry#3} cancel:in_cancel#1{in_cancel:in_cancel#1}',
    ]);
    // Not asked after the last iteration, and bounded by maxIterations alone: two retries where maxRetries is 1.
    expect(asked.map(({ id, retryCount }) => [id, retryCount])).toEqual([
      ['skip[1]#iterationReview', 0],
      ['retry[1]#iterationReview', 0],
      ['retry[2]#iterationReview', 0],
      ['cancel[1]#iterationReview', 0],
    ]);
    expect(calls.map(({ step, prev, data }) => [step, prev, data])).toEqual([
      ['a', null, {}],
      ['in_skip', 'a#1', {}],
      ['in_retry', 'a#1', {}],
      ['in_retry', 'a#1', { rejectionFeedback: 'more', previousOutput: 'in_retry#1' }],
      ['in_retry', 'a#1', { rejectionFeedback: 'still', previousOutput: 'in_retry#2' }],
      ['in_cancel', 'in_retry#3', {}],
    ]);
  });

  test('a rejected second iteration drops the first as well', async () => {
    const run = await server.start('reviewIterations');
    await answerAll(run, approve, reject(), approve, reject());
    const output = await run.result();
    expect(outline(output.stepResults)).toBe(
      'a:a#1 skip:in_skip#1{in_skip:in_skip#1} retry:in_retry#2{in_retry:in_retry#1 in_retry:in_retry#2} cancel:in_cancel#1{in_cancel:in_cancel#1}',
    );
  });

  test('feedback stays with the output that it is about', async () => {
    const { calls } = await start('reviewWithin', approve, reject('of the round'), reject(), approve, approve);
    expect(calls.map(({ data }) => data)).toEqual([
      {},
      { rejectionFeedback: 'of the round', previousOutput: 'draft#1' },
      { previousOutput: 'draft#2' },
    ]);
  });

  test('an edit of an iteration that left nothing does not touch the one before; a run that left nothing says so', async () => {
    const edited = await start('reviewNothing', approve, reject(), reject(), edit('MINE'));
    expect(edited.end[2]).toBe('rounds:MINE{line:draft#1{draft:draft#1} line:null{}}');
    const { end } = await start('reviewNothing', reject(), approve);
    expect(end).toEqual(['completed', 'No steps executed', 'rounds:null{line:null{}}']);
  });
});
