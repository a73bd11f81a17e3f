/** Every "≠ agno" of semantics §1–7, one test each, by section. (§8: agents.) */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { condition } from '../../workflows/define/condition.ts';
import { cel } from '../../workflows/define/cel.ts';
import { loop } from '../../workflows/define/loop.ts';
import { parallel } from '../../workflows/define/parallel.ts';
import { router } from '../../workflows/define/router.ts';
import { step } from '../../workflows/define/step.ts';
import { steps } from '../../workflows/define/steps.ts';
import { defineWorkflow } from '../../workflows/define/workflow.ts';
import { ok, refusal, SENTENCE } from '../support/define.ts';
import {
  answerAll,
  approve,
  calledSteps,
  drive,
  edit,
  failureOf,
  input,
  type Move,
  outline,
  refusals,
  reject,
  select,
  skip,
} from '../support/drive.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const start = async (workflow: string, ...moves: Move[]) => drive(await server.start(workflow), ...moves);

describe.concurrent('§1 ≠ agno', () => {
  test('H1: gates below the top level pause (all of them: invariants.test.ts)', async () => {
    const run = await server.start('gateAtTheBottom');
    const [requirement] = await run.paused();
    expect([requirement!.stepName, requirement!.topLevelStep]).toEqual(['gate', 'steps']);
    expect(await calledSteps(run)).toEqual([]);
    await run.handle.terminate();
  });

  test('H2: continuing with nothing answered approves nothing', async () => {
    const run = await server.start('skeleton');
    const [requirement] = await run.paused();
    await run.signal('continueRun', { decisionId: 'nothing', decisions: [] });
    expect(await run.paused()).toEqual([requirement]);
    expect(outline((await run.output()).stepResults)).toBe('a:a<IN>');
    await run.handle.terminate();
  });

  test('H6: a deadline fires by itself, on Steps too, and does not override an answer', async () => {
    const run = await server.start('differDeadline');
    const b = await run.pausedAt('confirmation', 'b');
    await run.answer('approve', b, { by: 'ann' });
    const c = await run.pausedAt('confirmation', 'c');
    // Answered before its second is over; c is answered after it.
    await run.until(() => Date.now() > Date.parse(b.timeoutAt!));
    await run.answer('approve', c);
    const output = await run.result();
    expect(
      output.stepRequirements.map(({ stepName, resolution, resolvedBy }) => [stepName, resolution, resolvedBy]),
    ).toEqual([
      ['line', 'skipped', 'timeout'],
      ['b', 'confirmed', 'ann'],
      ['c', 'confirmed', undefined],
    ]);
    expect(outline(output.stepResults)).toBe('b:b#1 c:c#1');
  });

  test('H8: a pause in a child loses no iteration that was run', async () => {
    const { calls } = await start('pausesInTheMiddle', ...Array<Move>(6).fill(approve));
    expect(calls.filter(({ step: name }) => name === 'before')).toHaveLength(3);
  });

  test('H9: user input and route selection can be rejected', async () => {
    const filled = await start('fillStep', reject(), input({}), input({}));
    expect(filled.end[2]).toBe('a:a#1 retry:{} cancel:{} z:z#1');
    const routed = await start('chooseRoute', reject(), select('in_retry'), select('in_cancel'));
    expect(routed.end[2]).toBe(
      'a:a#1 retry:in_retry#1{in_retry:in_retry#1} cancel:in_cancel#1{in_cancel:in_cancel#1} z:z#1',
    );
  });
});

describe.concurrent('§2 ≠ agno', () => {
  test('Parallel can ask for confirmation', async () => {
    const { asked, end } = await start('confirmParallel', reject(), approve, approve);
    expect(asked[0]).toMatchObject({ stepType: 'Parallel', message: "Execute parallel 'skip'?" });
    expect(end[2]).not.toContain('in_skip');
  });

  test('Loop can have its final output reviewed', async () => {
    const { asked, calls } = await start('reviewLoop', edit('mine'), approve, approve);
    expect(asked[0]).toMatchObject({ kind: 'output_review', stepType: 'Loop' });
    expect(calls.find(({ step: name }) => name === 'in_retry')!.prev).toBe('mine');
  });

  test("onError is 'fail' by default", async () => {
    const run = await server.start('differDefaultError');
    const failure = failureOf(await run.result().catch((error: unknown) => error));
    expect(failure).toMatchObject({ type: 'holdpoint.StepFailed', message: "Step 'b' failed: b boom 1" });
    expect(await calledSteps(run)).toEqual(['a', 'b']);
  });

  test.each(['Steps', 'Loop', 'Router', 'Parallel'])('onError of %s is its own', async (primitive) => {
    const { output } = await start('skipsErrors');
    expect(output.stepResults.find(({ name }) => name === primitive)).toMatchObject({
      ...{ type: primitive, success: false, content: expect.stringMatching(/^Step skipped due to error: /) },
    });
  });

  test.each(['Steps', 'Condition', 'Loop', 'Router', 'Parallel'])('%s keeps its timeout', async (primitive) => {
    const { asked } = await start('differTimeouts', ...Array<Move>(6).fill(approve));
    const { timeoutAt, createdAt, onTimeout } = asked.find(({ stepName }) => stepName === primitive)!;
    expect(Date.parse(timeoutAt!) - Date.parse(createdAt)).toBe(86_400_000);
    expect(onTimeout).toBe('cancel');
  });

  // biome-ignore lint/suspicious/noExplicitAny: what the types refuse
  const review = (humanReview: any) => () => step({ name: 'b', executor: () => 1, humanReview });
  test.each<[string, () => unknown, string]>([
    ['an unknown onReject', review({ onReject: 'stop' }), 'onReject'],
    ['an unknown onError', review({ onError: 'ignore' }), 'onError'],
    ['an unknown onTimeout', review({ timeout: '1s', onTimeout: 'wait' }), 'onTimeout'],
    ['else_branch outside Condition', review({ onReject: 'else_branch' }), 'else_branch'],
    ['a bare number of seconds', review({ timeout: 300 }), "'300s'"],
    ['a timeout of 0', review({ timeout: '0s' }), 'timeout'],
    ['a field of another primitive', review({ requiresIterationReview: true }), 'requiresIterationReview'],
    [
      'approval by timeout where a value is needed',
      review({ requiresUserInput: true, timeout: '1s', onTimeout: 'approve' }),
      'approve',
    ],
    ['a Router without selector', () => router({ name: 'b', choices: [ok()] }), 'selector'],
    ['siblings with one name', () => steps({ name: 'b', steps: [ok('x'), ok('x')] }), "'x'"],
    ['an empty container', () => parallel({ name: 'b', steps: [] }), 'at least one'],
  ])('%s is a definition error, in one sentence', (_, make, names) => {
    const { message } = refusal(make);
    expect(message).toMatch(SENTENCE);
    expect(message).toContain(names);
    expect(message).toMatch(/^w\/b|^b|^b:/);
  });

  test('an empty workflow is a definition error', () => {
    expect(() => defineWorkflow({ name: 'w', steps: [] })).toThrow(/^w: steps must be a list with at least one node/);
  });

  test('a predicate that throws means: review', async () => {
    const { asked, end } = await start('differPredicates', approve, approve, approve);
    expect(asked.map(({ stepName }) => stepName)).toEqual(['throwing', 'yes', 'loop']);
    expect(end[0]).toBe('completed');
  });

  test('a Router asks for confirmation and then for the route', async () => {
    const { asked } = await start('routerWithAllGates', approve, select('in_fork'), approve);
    expect(asked.map(({ kind }) => kind)).toEqual(['confirmation', 'route', 'output_review']);
  });
});

describe.concurrent('§3 ≠ agno', () => {
  test('an error pause is a requirement like the others', async () => {
    const { asked, output } = await start('differErrorPause', approve, skip);
    expect(asked[1]).toMatchObject({
      id: 'b#error',
      kind: 'error',
      pauseKind: 'step',
      message: 'b boom 1',
      errorType: 'Error',
    });
    expect(output.stepRequirements.map(({ kind, resolution }) => [kind, resolution])).toEqual([
      ['confirmation', 'confirmed'],
      ['error', 'skipped'],
    ]);
  });
});

describe.concurrent('§4 ≠ agno', () => {
  test('an edit of a confirmation is an error', async () => {
    const run = await server.start('skeleton');
    const [requirement] = await run.paused();
    await run.answer('editOutput', requirement!, { output: 'mine' });
    const output = await run.output();
    expect([openOf(output), refusals(output)]).toEqual([[requirement], [['invalid', 'editOutput', requirement!.id]]]);
    await run.handle.terminate();
  });

  test('a rejected confirmation with retry asks again; the node never runs unasked', async () => {
    const run = await server.start('confirmStep');
    await answerAll(run, approve, reject('why?'));
    const [again] = await run.paused();
    expect(again).toMatchObject({ id: 'retry#confirmation~2', previousFeedback: 'why?', retryCount: 1 });
    expect(await calledSteps(run)).toEqual(['a', 'skip']);
    await run.handle.terminate();
  });

  test('the human decides a Condition, against its evaluator', async () => {
    const { end } = await start('confirmBranches', approve, reject(), approve);
    expect(end[2]).toBe('first:yes1#1{yes1:yes1#1} skipping:yes3#1{yes3:yes3#1} z:z#1');
  });

  test('an edited output is what everything downstream sees', async () => {
    const { calls, output } = await start('reviewRouter', edit({ mine: true }), approve, approve);
    expect(calls[2]).toMatchObject({ step: 'in_retry', prev: { mine: true } });
    expect(output.stepResults[1]!.steps![0]!.content).toEqual({ mine: true });
  });

  test('an edit at an iteration review replaces the last content and ends the loop', async () => {
    const { end } = await start('reviewIterations', edit('mine'), approve, approve);
    expect(end[2]).toBe(
      'a:a#1 skip:mine{in_skip:mine} retry:in_retry#1{in_retry:in_retry#1} cancel:in_cancel#1{in_cancel:in_cancel#1} z:z#1',
    );
  });

  test('a rejected error cancels the run', async () => {
    const { end } = await start('differErrorPause', approve, reject('give up'));
    expect(end).toEqual(['cancelled', "Workflow cancelled: Step 'b' was rejected", 'a:a#1 b!:b boom 1']);
  });

  test("a Router's userInputSchema is a definition error", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what the types refuse
    const humanReview = { requiresUserInput: true, userInputSchema: [{ name: 'n' }] } as any;
    expect(refusal(() => router({ name: 'r', choices: [ok()], humanReview })).message).toMatch(
      /userInputSchema is not supported on a Router/,
    );
  });

  test('a Condition that is not met, without elseSteps, leaves no output', async () => {
    const { end, calls } = await start('differUnmet');
    expect(end).toEqual(['completed', 'z#1', 'a:a#1 z:z#1']);
    expect(calls.at(-1)!.prev).toBe('a#1');
  });

  test('user input is kept for the re-run', async () => {
    const { calls } = await start('inputThenReview', input({ tone: 'dry' }), reject(), approve);
    expect(calls.map(({ data }) => data.userInput)).toEqual([{ tone: 'dry' }, { tone: 'dry' }]);
  });
});

describe.concurrent('§5 ≠ agno', () => {
  test.each([
    ['list is checked', { tags: 'a,b' }, "field 'tags' must be list"],
    ['dict is checked', { more: [] }, "field 'more' must be dict"],
    ['unknown keys are refused', { extra: 1 }, "unknown field 'extra'"],
  ])('%s', async (_, more, reason) => {
    const run = await server.start('fieldList');
    const [requirement] = await run.paused();
    await run.answer('provideInput', requirement!, { values: { text: 'T', count: 1, ...more } });
    const { refusedAnswers } = await run.output();
    expect(refusedAnswers.newest[0]!.reason.slice(0, reason.length)).toBe(reason);
    await run.handle.terminate();
  });
});

describe.concurrent('§6 ≠ agno', () => {
  test('a stop counts after a review too', async () => {
    const run = await server.start('stops', 'Reviewed');
    expect((await drive(run, approve)).end).toEqual(['completed', 'R', 'pick.:R{Reviewed.:R}']);
  });

  test('the content of a container is its deepest last one; of a Parallel, an object, for evaluators as well', async () => {
    const { end, output } = await start('differContent');
    expect(end[2]).toBe(
      'outer:deepest#1{middle:deepest#1{x:x#1 deepest:deepest#1}} seen:then#1{then:then#1} ' +
        'side:{"left":"left#1","right":"r#1"}{left:left#1 right:r#1{r:r#1}} ' +
        'object:{"got":{"left":"left#1","right":"r#1"}}{got:{"got":{"left":"left#1","right":"r#1"}}}',
    );
    expect(output.content).toEqual({ got: { left: 'left#1', right: 'r#1' } });
  });

  test.each<[string, () => unknown]>([
    ['a Condition', () => condition({ name: 'c', evaluator: cel('input +'), steps: [ok()] })],
    ['a Loop', () => loop({ name: 'l', endCondition: cel('current_iteration >'), steps: [ok()] })],
    ['a Router', () => router({ name: 'r', selector: cel('no_such_variable'), choices: [ok()] })],
  ])('bad CEL in %s is a definition error', (_, make) => {
    expect(refusal(make).message).toMatch(/^cel\('/);
  });

  test('iterations are counted as iterations, with several steps in the body as well', async () => {
    const { asked, output } = await start('differIterations', reject(), reject());
    expect(asked.map(({ message }) => message)).toEqual([
      "Loop 'rounds' completed iteration 1/3. Continue?",
      "Loop 'rounds' completed iteration 2/3. Continue?",
    ]);
    expect(output.stepResults[0]).toMatchObject({ iterations: 3, content: 'y#3' });
    expect(output.stepResults[0]!.steps).toHaveLength(6);
  });

  test('a selector that names what is not there is an error of the Router', async () => {
    const run = await server.start('failsByDefault', 'Selector');
    const failure = failureOf(await run.result().catch((error: unknown) => error));
    expect(failure.message).toBe(
      "Step 'pick/Selector' failed: Router 'Selector' selected 'nowhere', which is not among its choices: never",
    );
  });

  test('a human who selects what is not there gets an error at the answer', async () => {
    const run = await server.start('chooseRoute');
    const [requirement] = await run.paused();
    await run.answer('selectRoute', requirement!, { choices: ['nowhere'] });
    expect(refusals(await run.output())).toEqual([['invalid', 'selectRoute', requirement!.id]]);
    await run.handle.terminate();
  });

  test('children of a Parallel pause all at once, and are answered in any order', async () => {
    const run = await server.start('differSides');
    await answerAll(run, approve);
    const open = await run.paused(3);
    expect(open.map(({ id }) => id).sort()).toEqual([
      'side/four#confirmation',
      'side/line/three#confirmation',
      'side/one#confirmation',
    ]);
    for (const id of ['side/four', 'side/one', 'side/line/three'])
      await run.signal('approve', { requirement: `${id}#confirmation` });
    const output = await run.result();
    expect(output.content).toEqual({ one: 'one#1', line: 'three#1', four: 'four#1' });
    expect(await calledSteps(run)).toEqual(['two', 'four', 'one', 'three']);
  });

  test("a nested workflow's pauses are the parent's", async () => {
    const run = await server.start('gatesInWorkflow');
    const [requirement] = await run.paused();
    expect(requirement).toMatchObject({ id: 'box/step_confirmation#confirmation', topLevelStep: 'box' });
    expect((await run.output()).status).toBe('paused');
    await run.handle.terminate();
  });
});

describe.concurrent('§7 ≠ agno', () => {
  test('skip and pause settle an error at the node, fail hands it on', async () => {
    const { end } = await start('handOver', skip);
    expect(end[2]).toContain('byDefault!:Step skipped due to error: in_byDefault boom 1{');
    expect(end[2]).toContain('atTheNode!:a3#1{in_atTheNode!:Step skipped due to error: in_atTheNode boom 1 a3:a3#1}');
    expect(end[2]).toContain('pausedAtTheNode:a4#1{a4:a4#1}');
  });

  test('success: false is a failure by an explicit setting only', async () => {
    const run = await server.start('softByHand');
    const [requirement] = await run.paused();
    expect(requirement).toMatchObject({ id: 'pause#error', message: 'soft' });
    expect(outline((await run.output()).stepResults)).toBe('unset!:half skip!:half pause!:half');
    await run.handle.terminate();
  });

  // Agent and model errors are errors like any other: with the agents.
});
