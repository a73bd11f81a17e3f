/** What an answer does: the table of semantics §4, cell by cell, on every primitive that has it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerAll,
  approve,
  calledSteps,
  drive,
  edit,
  input,
  type Move,
  outline,
  refusals,
  reject,
  retry,
  select,
  skip,
} from '../support/drive.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const start = async (workflow: string, ...moves: Move[]) => drive(await server.start(workflow), ...moves);
const names = (calls: readonly { step: string }[]) => calls.map(({ step }) => step);

describe.concurrent('confirmation', () => {
  const MESSAGES: Record<string, (name: string) => string | undefined> = {
    Step: () => undefined,
    Steps: (name) => `Execute steps pipeline '${name}'?`,
    Condition: (name) => `Execute condition '${name}'? (yes=if branch, no=else branch)`,
    Loop: (name) => `Execute loop '${name}'?`,
    Router: (name) => `Execute router '${name}' with selected steps?`,
    Parallel: (name) => `Execute parallel '${name}'?`,
  };
  const PRIMITIVES = Object.keys(MESSAGES);
  /** The leaf that runs when the node does, and the node in an outline. */
  const leafOf = (primitive: string, name: string) => (primitive === 'Step' ? name : `in_${name}`);
  const shown = (primitive: string, name: string) => {
    if (primitive === 'Step') return `${name}:${name}#1`;
    const content = primitive === 'Parallel' ? `{"in_${name}":"in_${name}#1"}` : `in_${name}#1`;
    return `${name}:${content}{in_${name}:in_${name}#1}`;
  };

  test.each(PRIMITIVES)('%s: confirm runs the node, an edit is refused', async (primitive) => {
    const run = await server.start(`confirm${primitive}`);
    const [first] = await run.paused();
    expect(first).toMatchObject({
      id: 'skip#confirmation',
      kind: 'confirmation',
      pauseKind: 'step',
      stepName: 'skip',
      stepType: primitive,
      input: 'a#1',
      onReject: 'skip',
      requiresConfirmation: true,
      requiresUserInput: false,
      requiresOutputReview: false,
      requiresRouteSelection: false,
    });
    expect(first!.message).toBe(MESSAGES[primitive]!('skip'));
    await run.answer('editOutput', first!, { output: 'mine' });
    const { end, output, calls } = await drive(run, approve, approve, approve);
    expect(end).toEqual([
      'completed',
      'z#1',
      `a:a#1 ${shown(primitive, 'skip')} ${shown(primitive, 'retry')} ${shown(primitive, 'cancel')} z:z#1`,
    ]);
    expect(names(calls)).toEqual(['a', ...['skip', 'retry', 'cancel'].map((name) => leafOf(primitive, name)), 'z']);
    expect(refusals(output)).toEqual([['invalid', 'editOutput', 'skip#confirmation']]);
  });

  test.each(PRIMITIVES)(
    '%s: skip omits it, retry asks again and shows the feedback, cancel ends the run',
    async (primitive) => {
      const { end, asked, calls, output } = await start(
        `confirm${primitive}`,
        reject('not this'),
        reject('not yet'),
        approve,
        reject('never'),
      );
      expect(
        asked.map(({ id, retryCount, maxRetries, previousFeedback }) => [id, retryCount, maxRetries, previousFeedback]),
      ).toEqual([
        ['skip#confirmation', 0, 3, undefined],
        ['retry#confirmation', 0, 1, undefined],
        ['retry#confirmation~2', 1, 1, 'not yet'],
        ['cancel#confirmation', 0, 3, undefined],
      ]);
      expect(calls.map(({ step, prev }) => [step, prev])).toEqual([
        ['a', null],
        [leafOf(primitive, 'retry'), 'a#1'],
      ]);
      expect(end).toEqual([
        'cancelled',
        "Workflow cancelled: Step 'cancel' was rejected",
        `a:a#1 ${shown(primitive, 'retry')}`,
      ]);
      expect(
        output.stepRequirements.map(({ resolution, rejectionFeedback }) => [resolution, rejectionFeedback]),
      ).toEqual([
        ['rejected', 'not this'],
        ['rejected', 'not yet'],
        ['confirmed', undefined],
        ['rejected', 'never'],
      ]);
    },
  );

  test.each(PRIMITIVES)(
    '%s: a rejection beyond the retries cancels, and the node never ran unasked',
    async (primitive) => {
      const { end, calls } = await start(`confirm${primitive}`, reject(), reject(), reject());
      expect(end).toEqual(['cancelled', "Max retries (1) reached for step 'retry'", 'a:a#1']);
      expect(names(calls)).toEqual(['a']);
    },
  );

  test('Condition: the human decides, not the evaluator; no else branch means omitted', async () => {
    const no = await start('confirmBranches', reject(), reject(), reject());
    expect(no.end).toEqual(['completed', 'z#1', 'first:no1#1{no1:no1#1} z:z#1']);
    const yes = await start('confirmBranches', approve, approve, approve);
    expect(yes.end[2]).toBe('first:yes1#1{yes1:yes1#1} bare:yes2#1{yes2:yes2#1} skipping:yes3#1{yes3:yes3#1} z:z#1');
    expect(yes.asked[0]!.onReject).toBe('else_branch');
  });
});

describe.concurrent('user input', () => {
  test('values run the step; skip, retry and cancel as with a confirmation', async () => {
    const { end, asked } = await start('fillStep', reject(), reject('which?'), input({ q: 1 }), reject());
    expect(end).toEqual(['cancelled', "Workflow cancelled: Step 'cancel' was rejected", 'a:a#1 retry:{"q":1}']);
    expect(asked.map(({ id, previousFeedback }) => [id, previousFeedback])).toEqual([
      ['skip#userInput', undefined],
      ['retry#userInput', undefined],
      ['retry#userInput~2', 'which?'],
      ['cancel#userInput', undefined],
    ]);
  });

  test('a rejection beyond the retries cancels', async () => {
    const { end } = await start('fillStep', input({}), reject(), reject());
    expect(end).toEqual(['cancelled', "Max retries (1) reached for step 'retry'", 'a:a#1 skip:{}']);
  });

  test('with a confirmation: both together, and a bare no is enough', async () => {
    const { end, asked, output } = await start(
      'confirmAndFillStep',
      reject(),
      ['approve', { values: { ok: true } }],
      reject(),
    );
    expect(end[2]).toBe('a:a#1 retry:{"ok":true}');
    expect(asked[0]).toMatchObject({
      kind: 'confirmation+user_input',
      requiresConfirmation: true,
      requiresUserInput: true,
    });
    expect(output.stepRequirements[1]).toMatchObject({ resolution: 'confirmed', userInput: { ok: true } });
  });

  test('an edit is refused, and so is an approval without values', async () => {
    const run = await server.start('fillStep');
    const [requirement] = await run.paused();
    await run.answer('editOutput', requirement!, { output: 1 });
    await run.answer('approve', requirement!);
    expect(await run.paused()).toEqual([requirement]);
    expect(refusals(await run.output()).map(([code]) => code)).toEqual(['invalid', 'invalid']);
    await run.handle.terminate();
  });
});

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
      ['retry#outputReview~2', 'output_review', 1, undefined],
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

describe.concurrent('route selection', () => {
  test('skip omits the router, retry asks again with the feedback, cancel ends the run', async () => {
    const { end, asked, output } = await start(
      'chooseRoute',
      reject(),
      reject('what else?'),
      select('other_retry'),
      reject(),
    );
    expect(end).toEqual([
      'cancelled',
      "Workflow cancelled: Step 'cancel' was rejected",
      'a:a#1 retry:other_retry#1{other_retry:other_retry#1}',
    ]);
    expect(asked.map(({ id, retryCount, previousFeedback }) => [id, retryCount, previousFeedback])).toEqual([
      ['skip#route', 0, undefined],
      ['retry#route', 0, undefined],
      ['retry#route~2', 1, 'what else?'],
      ['cancel#route', 0, undefined],
    ]);
    expect(asked[0]).toMatchObject({ kind: 'route', requiresRouteSelection: true, requiresUserInput: false });
    expect(asked[0]!.message).toBe('Select a route from: in_skip, other_skip');
    expect(output.stepRequirements[2]).toMatchObject({ resolution: 'selected', selectedChoices: ['other_retry'] });
  });

  test('a rejection beyond the retries cancels', async () => {
    const { end, calls } = await start('chooseRoute', reject(), reject(), reject());
    expect(end).toEqual(['cancelled', "Max retries (1) reached for step 'retry'", 'a:a#1']);
    expect(names(calls)).toEqual(['a']);
  });

  test.each([
    ['one that is not there', { choices: ['nowhere'] }, "unknown choice 'nowhere'; choose from in_skip, other_skip"],
    ['two where one is allowed', { choices: ['in_skip', 'other_skip'] }, 'only one route may be selected, got 2'],
    ['none', { choices: [] }, '`choices` must be a list with at least one of in_skip, other_skip'],
    ['no list', { choices: 'in_skip' }, '`choices` must be a list with at least one of in_skip, other_skip'],
    ['numbers', { choices: [0] }, '`choices` must be a list with at least one of in_skip, other_skip'],
    [
      'an inherited name',
      { choices: ['constructor'] },
      "unknown choice 'constructor'; choose from in_skip, other_skip",
    ],
  ])('%s is an error at the answer', async (_, choices, reason) => {
    const run = await server.start('chooseRoute');
    const [requirement] = await run.paused();
    await run.answer('selectRoute', requirement!, choices);
    expect(await run.paused()).toEqual([requirement]);
    const { refusedAnswers } = await run.output();
    expect(refusedAnswers.newest.map((each) => [each.code, each.reason])).toEqual([['invalid', reason]]);
    expect(await calledSteps(run)).toEqual(['a']);
    await run.handle.terminate();
  });

  test('several, where allowed, run chained in the order of the human', async () => {
    const { end, calls } = await start('chooseRoutes', select('other_fork', 'in_fork'));
    expect(end[2]).toBe('fork:in_fork#1{other_fork:other_fork#1 in_fork:in_fork#1} z:z#1');
    expect(calls.map(({ step, prev }) => [step, prev])).toEqual([
      ['other_fork', null],
      ['in_fork', 'other_fork#1'],
      ['z', 'in_fork#1'],
    ]);
  });

  test('the same route twice is refused', async () => {
    const run = await server.start('chooseRoutes');
    const [requirement] = await run.paused();
    await run.answer('selectRoute', requirement!, { choices: ['in_fork', 'in_fork'] });
    expect((await run.output()).refusedAnswers.newest[0]!.reason).toBe('a route is selected twice');
    await run.handle.terminate();
  });
});

describe.concurrent('error pause', () => {
  const PRIMITIVES = ['Step', 'Steps', 'Condition', 'Loop', 'Router', 'Parallel'];
  const leafOf = (primitive: string) => (primitive === 'Step' ? 'Step' : `in_${primitive}`);

  test('retry runs the node again, as often as it is asked to', async () => {
    const moves = PRIMITIVES.flatMap(() => [retry, retry]);
    const { end, asked, calls, output } = await start('errorPauses', ...moves);
    expect(
      asked.map(({ id, kind, pauseKind, retryCount, message, errorType, stepType }) => ({
        id,
        kind,
        pauseKind,
        retryCount,
        message,
        errorType,
        stepType,
      })),
    ).toEqual(
      PRIMITIVES.flatMap((primitive) =>
        [1, 2].map((round) => ({
          id: `${primitive}#error${round === 1 ? '' : '~2'}`,
          ...{ kind: 'error', pauseKind: 'step', retryCount: 0, errorType: 'Error', stepType: primitive },
          message: `${leafOf(primitive)} boom ${round}`,
        })),
      ),
    );
    expect(end[0]).toBe('completed');
    expect(output.stepResults.map(({ name, success }) => [name, success])).toEqual(
      ['a', ...PRIMITIVES, 'z'].map((name) => [name, true]),
    );
    expect(names(calls)).toEqual([
      'a',
      ...PRIMITIVES.flatMap((each) =>
        each === 'Steps'
          ? ['fine', 'in_Steps', 'fine', 'in_Steps', 'fine', 'in_Steps']
          : Array<string>(3).fill(leafOf(each)),
      ),
      'z',
    ]);
    expect(output.stepRequirements.every(({ resolution }) => resolution === 'retried')).toBe(true);
  });

  test('a retry keeps the route and the values that a human gave', async () => {
    const { end, asked, calls } = await start('givenThenBroken', select('way'), retry, input({ v: 1 }), retry);
    expect(asked.map(({ id }) => id)).toEqual(['fork#route', 'fork#error', 'filled#userInput', 'filled#error']);
    expect(end[2]).toBe('fork:way#2{way:way#2} filled:filled#2');
    expect(calls.slice(2).map(({ data }) => data)).toEqual([{ userInput: { v: 1 } }, { userInput: { v: 1 } }]);
  });

  test('skip omits the node', async () => {
    const { end, calls } = await start('errorPauses', ...PRIMITIVES.map(() => skip));
    expect(end).toEqual(['completed', 'z#1', 'a:a#1 z:z#1']);
    expect(calls.at(-1)).toMatchObject({ step: 'z', prev: 'a#1' });
  });

  test.each(PRIMITIVES.map((name, index) => [name, index] as const))(
    'a rejection at a %s cancels the run; its failed output stays',
    async (primitive, index) => {
      const { end, output } = await start('errorPauses', ...Array<Move>(index).fill(skip), reject('give up'));
      const leaf = leafOf(primitive);
      const children = primitive === 'Steps' ? '{fine:fine#1 in_Steps!:in_Steps boom 1}' : `{${leaf}!:${leaf} boom 1}`;
      expect(end).toEqual([
        'cancelled',
        `Workflow cancelled: Step '${primitive}' was rejected`,
        `a:a#1 ${primitive}!:${leaf} boom 1${primitive === 'Step' ? '' : children}`,
      ]);
      expect(output.stepRequirements.at(-1)).toMatchObject({ resolution: 'rejected', rejectionFeedback: 'give up' });
    },
  );

  test('other answers are refused', async () => {
    const run = await server.start('errorPauses');
    const [requirement] = await run.paused();
    await run.answer('approve', requirement!);
    await run.answer('editOutput', requirement!, { output: 'fine' });
    await run.answer('provideInput', requirement!, { values: {} });
    expect(await run.paused()).toEqual([requirement]);
    expect((await run.output()).refusedAnswers.newest[0]!.reason).toBe(
      "'confirm' is no answer to a error pause; it takes retry, skip, reject",
    );
    await run.handle.terminate();
  });
});
