/** H1: no gate is skipped, at any depth. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approve, calledSteps, input, type Move, retry, select } from '../support/drive.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

describe.concurrent('H1 no gate is skipped, at any depth', () => {
  interface Gate {
    readonly name: string;
    readonly kind: string;
    readonly answer: Move;
    /** Has the executor run when the pause opens, and does it run after the answer? */
    readonly before: boolean;
    readonly after: boolean;
  }
  const gate = (name: string, kind: string, answer: Move, before: boolean, after: boolean): Gate => ({
    ...{ name, kind, answer, before, after },
  });
  const first = (name: string, kind = 'confirmation', answer = approve) => gate(name, kind, answer, false, true);
  const review = (name: string, kind = 'outputReview') => gate(name, kind, approve, true, false);
  const error = (name: string) => gate(name, 'error', retry, true, true);
  const GATES: readonly Gate[] = [
    first('step_confirmation'),
    first('step_input', 'userInput', input({ v: 1 })),
    first('step_both', 'confirmation+userInput', ['approve', { values: { v: 1 } }]),
    review('step_review'),
    error('step_error'),
    first('steps_confirmation'),
    error('steps_error'),
    first('condition_confirmation'),
    error('condition_error'),
    first('loop_confirmation'),
    review('loop_review'),
    review('loop_iteration', 'iterationReview'),
    error('loop_error'),
    first('router_confirmation'),
    first('router_route', 'route', select('in_router_route')),
    review('router_review'),
    error('router_error'),
    first('parallel_confirmation'),
    error('parallel_error'),
  ];
  const executorOf = ({ name }: Gate) => (name.startsWith('step_') ? name : `in_${name}`);
  const idOf = ({ name, kind }: Gate, box: string) => `${box}${name}${kind === 'iterationReview' ? '[1]' : ''}#${kind}`;

  test.each([
    ['the top', 'gatesAtTheTop', ''],
    ['Steps', 'gatesInSteps', 'box/'],
    ['a Condition', 'gatesInCondition', 'box/'],
    ['a Loop', 'gatesInLoop', 'box[1]/'],
    ['a Router', 'gatesInRouter', 'box/'],
    ['a nested workflow', 'gatesInWorkflow', 'box/'],
  ])(
    'every gate of every primitive pauses in %s, and nothing gated has run before the answer',
    async (_, workflow, box) => {
      const run = await server.start(workflow);
      const called: string[] = [];
      for (const each of GATES) {
        const [requirement] = await run.paused();
        expect(requirement!.id).toBe(idOf(each, box));
        expect(requirement!.topLevelStep).toBe(box === '' ? each.name : 'box');
        if (each.before) called.push(executorOf(each));
        expect(await calledSteps(run)).toEqual(called);
        await run.answer(each.answer[0], requirement!, each.answer[1]);
        if (each.after) called.push(executorOf(each));
      }
      const output = await run.result();
      expect(await calledSteps(run)).toEqual([...called, 'end']);
      expect(output.status).toBe('completed');
      expect(output.stepRequirements.map(({ id }) => id)).toEqual(GATES.map((each) => idOf(each, box)));
    },
  );

  test('every gate of every primitive pauses in Parallel, all at once, and answers may come in any order', async () => {
    const run = await server.start('gatesInParallel');
    const open = await run.paused(GATES.length);
    expect(open.map(({ id }) => id).sort()).toEqual(GATES.map((each) => idOf(each, 'box/')).sort());
    const called = GATES.filter(({ before }) => before).map(executorOf);
    expect((await calledSteps(run)).sort()).toEqual([...called].sort());
    for (const each of GATES.toReversed()) {
      const requirement = open.find(({ id }) => id === idOf(each, 'box/'))!;
      await run.answer(each.answer[0], requirement, each.answer[1]);
      if (each.after) called.push(executorOf(each));
      const last = each === GATES[0];
      expect((await calledSteps(run)).sort()).toEqual([...called, ...(last ? ['end'] : [])].sort());
    }
    const output = await run.result();
    // Joined in the order of declaration, whatever the order of the answers.
    expect(output.stepResults[0]!.steps!.map(({ name }) => name)).toEqual(GATES.map(({ name }) => name));
  });

  test('a gate pauses two containers deep, for each of the 36 pairs', async () => {
    const run = await server.start('gatesInPairs');
    const kinds = ['steps', 'condition', 'loop', 'router', 'parallel', 'workflow'];
    const at = (kind: string) => (kind === 'loop' ? '[1]' : '');
    const called: string[] = [];
    for (const outer of kinds) {
      for (const inner of kinds) {
        const [requirement] = await run.paused();
        const gateName = `gate.${outer}.${inner}`;
        expect(requirement!.id).toBe(`${outer}.${inner}${at(outer)}/inner${at(inner)}/${gateName}#confirmation`);
        await run.answer('approve', requirement!);
        called.push(gateName);
      }
    }
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await calledSteps(run)).toEqual(called);
  });

  test('a gate pauses under all six containers at once', async () => {
    const run = await server.start('gateAtTheBottom');
    const [requirement] = await run.paused();
    expect(requirement!.id).toBe('steps/condition/loop[1]/router/parallel/workflow/gate#confirmation');
    expect(await calledSteps(run)).toEqual([]);
    await run.answer('approve', requirement!);
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await calledSteps(run)).toEqual(['gate']);
  });
});
