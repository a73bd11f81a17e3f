/** What an answer does: the table of semantics §4, cell by cell, on every primitive that has it. Reviews are in reviews.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  approve,
  calledSteps,
  drive,
  input,
  type Move,
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
      "'confirm' is no answer to this pause (error); it takes retry, skip, reject",
    );
    await run.handle.terminate();
  });
});
