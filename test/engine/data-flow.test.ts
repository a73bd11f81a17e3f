/** What flows from node to node (semantics §6), and what a human enters (§5). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepInput } from '../../workflows/define/step-input.ts';
import { approve, callsOf, drive, edit, input, outline, reject } from '../support/drive.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';
import type { FlowActivities } from '../workflows/data-flow.ts';

const activities: FlowActivities = {
  async peekRemote(step: StepInput) {
    const { line, side } = { line: step.getStepContent('line'), side: step.getStepContent('side') };
    return {
      ...{
        input: step.input,
        text: step.getInputAsString(),
        prev: step.previousStepContent,
        last: step.getLastStepContent(),
      },
      ...{ names: Object.keys(step.previousStepOutputs), line, side, right: step.getStepContent('right') },
      ...{
        y: step.getStepOutput('y')?.content,
        session: step.sessionId,
        user: step.userId,
        all: step.getAllPreviousContent(),
      },
    };
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await openServer(activities);
});
afterAll(() => server.close());

describe.concurrent('step input', () => {
  test('previous contents and outputs, by name, nested and all of them; the same for functions and activities', async () => {
    const run = await server.start('dataFlow', { q: 'Q' }, { sessionId: 'S', userId: 'U' });
    const { output } = await drive(run);
    const content = (name: string) => output.stepResults.find((each) => each.name === name)!.content;
    const nothing = { nobody: 'nothing', all: '' };
    expect(content('first')).toEqual({
      input: { q: 'Q' },
      text: '{\n  "q": "Q"\n}',
      prev: null,
      last: null,
      names: [],
      ...nothing,
    });
    const before = [
      `=== first ===\n${JSON.stringify(content('first'))}`,
      '=== a ===\nA',
      '=== line ===\n{"k":1}',
      '=== side ===\n{"left":"L","right":"R"}',
    ];
    const side = { left: 'L', right: 'R' };
    expect(content('inline')).toEqual({
      ...{ input: { q: 'Q' }, text: '{\n  "q": "Q"\n}', prev: side, last: side, names: ['first', 'a', 'line', 'side'] },
      ...{ line: { k: 1 }, x: 'x#1', y: { k: 1 }, side, right: 'R', nobody: 'nothing', all: before.join('\n\n') },
    });
    expect(content('remote')).toEqual({
      ...{ input: { q: 'Q' }, text: '{\n  "q": "Q"\n}', prev: content('inline'), last: content('inline') },
      ...{
        names: ['first', 'a', 'line', 'side', 'inline'],
        line: { k: 1 },
        side,
        right: 'R',
        y: { k: 1 },
        session: 'S',
        user: 'U',
      },
      all: [...before, `=== inline ===\n${JSON.stringify(content('inline'))}`].join('\n\n'),
    });
    expect(output).toMatchObject({ sessionId: 'S', userId: 'U', workflowName: 'dataFlow' });
  });

  test('each container hands on what came before it, and then its own', async () => {
    const { calls, end } = await drive(await server.start('insideContainers'));
    expect(calls.map(({ step, prev, input: given }) => [step, prev, given])).toEqual([
      ['a', null, 'IN'],
      ['l1', 'a#1', 'IN'],
      ['l2', 'l1#1', 'IN'],
      ['branch?', 'l2#1', 'IN'],
      ['c1', 'l2#1', 'IN'],
      ['p1', 'c1#1', 'IN'],
      ['p2', 'c1#1', 'IN'],
      ['route?', { p1: 'p1#1', p2: 'p2#1' }, 'IN'],
      ['r2', { p1: 'p1#1', p2: 'p2#1' }, 'IN'],
      ['r1', 'r2#1', 'IN'],
      ['n1', null, 'r1#1'],
      ['n2', 'n1#1', 'r1#1'],
      ['z', 'n2#1', 'IN'],
    ]);
    expect(end[1]).toBe('z#1');
  });

  test('each round of a condition and of a router has a key of its own, as that of a step', async () => {
    const { calls } = await drive(await server.start('decisionKeys'), reject(), approve);
    expect(calls.map(({ step, key }) => `${step} ${key.slice(-2)}`)).toEqual([
      ...['c? ~1', 'yes ~1', 'r? ~1', 'a ~1'],
      ...['c? ~2', 'yes ~2', 'r? ~2', 'a ~2'],
    ]);
  });

  test('a nested workflow gets the previous content as its input, without one the parent’s', async () => {
    const run = await server.start('nestedInputs', 'IN', { additionalData: { region: 'eu' } });
    const { end } = await drive(run);
    expect(end[2]).toBe(
      'early:{"input":"IN","additionalData":{"region":"eu"}}{e1:{"input":"IN","additionalData":{"region":"eu"}}} ' +
        // As agno: an empty text is nothing to hand on.
        'empty: middle:{"input":"IN","additionalData":{"region":"eu"}}{e0:{"input":"IN","additionalData":{"region":"eu"}}} ' +
        'object:{"deep":[1]} ' +
        'late:e3#1{e2:{"input":{"deep":[1]},"additionalData":{"region":"eu"}} e3:e3#1}',
    );
  });

  test('a nested workflow sees what the run was started with, and not what a human said of the loop around it', async () => {
    const run = await server.start('nestedInLoop', 'IN', { additionalData: { region: 'eu' } });
    const { calls } = await drive(run, reject('shorter'));
    const region = 'eu';
    expect(calls.map(({ step, data }) => [step, data])).toEqual([
      ['own', { region }],
      ['inside', { region }],
      ['own', { region, rejectionFeedback: 'shorter', previousOutput: 'inside#1' }],
      ['inside', { region }],
    ]);
  });

  test('what a function returns: content, or an object with nothing but the fields of a result', async () => {
    const { output } = await drive(await server.start('returns'));
    expect(output.stepResults.map(({ name, content }) => [name, content])).toEqual([
      ['nothing', null],
      ['empty', ''],
      ['number', 0],
      ['date', { at: '1970-01-01T00:00:00.000Z', list: [null, null] }],
      ['result', 'c'],
      ['onlyState', null],
      ['notAResult', { content: 'c', more: 1 }],
      ['onlyError', { error: 'just data' }],
      ['emptyObject', {}],
      ['promise', 'later'],
      ['proto', JSON.parse('{"__proto__":{"polluted":true}}')],
    ]);
    expect(output.sessionState).toEqual({ seen: true });
  });
});

describe.concurrent('session state', () => {
  test('patches merge key by key; those of a Parallel at the join, in the order of declaration', async () => {
    const run = await server.start('stateMerges', 'IN', { sessionState: { base: true, n: 0 } });
    const [gate] = await run.paused();
    // Before the join, nobody outside sees what a branch did.
    expect((await run.output()).sessionState).toEqual({ base: true, n: 2, list: [1] });
    await run.answer('approve', gate!);
    const output = await run.result();
    const merged = { base: true, n: 2, list: [1], who: 'fast', slow: true, slow2: true, fast: true };
    expect(output.sessionState).toEqual(merged);
    const [one, two, side, end] = output.stepResults;
    expect([one!.content, two!.content, end!.content]).toEqual([
      { base: true, n: 0 },
      { base: true, n: 1, list: [1] },
      merged,
    ]);
    const before = { base: true, n: 2, list: [1] };
    expect(side!.content).toEqual({ slow: { ...before, who: 'slow', slow: true }, fast: before, unpatched: before });
  });
});

describe.concurrent('stop', () => {
  test.each([
    ['Step', 'Step', 'Step.:Step', ['Step']],
    ['Steps', 's2', 'Steps.:s2{s1:s1#1 s2.:s2}', ['s1', 's2']],
    ['Condition', 'c1', 'Condition.:c1{c1.:c1}', ['c1']],
    ['Else', 'e1', 'Else.:e1{e1.:e1}', ['e1']],
    ['Loop', 'l1', 'Loop.:l1{l1.:l1}', ['l1']],
    ['Router', 'r1', 'Router.:r1{r1.:r1}', ['r1']],
  ])('in a %s ends the workflow after the node, as completed', async (kind, content, shown, called) => {
    const { end, calls } = await drive(await server.start('stops', kind));
    expect(end).toEqual(['completed', content, `pick.:${content}{${shown}}`]);
    expect(calls.map(({ step }) => step)).toEqual(called);
  });

  test('in a Parallel: after the join, so its siblings are still asked', async () => {
    const { end, calls, asked } = await drive(await server.start('stops', 'Parallel'), approve);
    expect(asked[0]!.id).toBe('pick/Parallel/p2/p4#confirmation');
    expect(calls.map(({ step }) => step)).toEqual(['p1', 'p3', 'p4']);
    const content = '{"p1":"p1","p2":"p4#1"}';
    expect(end[2]).toBe(`pick.:${content}{Parallel.:${content}{p1.:p1 p2:p4#1{p3:p3#1 p4:p4#1}}}`);
  });

  test('in a nested workflow ends that one', async () => {
    const { end, calls } = await drive(await server.start('stops', 'Nested'));
    expect(calls.map(({ step }) => step)).toEqual(['n1', 'after', 'z']);
    expect(end).toEqual(['completed', 'z#1', 'pick:after#1{Nested:n1{n1.:n1} after:after#1} z:z#1']);
  });

  test('stays after a review that keeps or edits, and goes with an output that is dropped', async () => {
    const kept = await drive(await server.start('stops', 'Reviewed'), approve);
    expect(kept.end).toEqual(['completed', 'R', 'pick.:R{Reviewed.:R}']);
    const edited = await drive(await server.start('stops', 'Reviewed'), edit('mine'));
    expect(edited.end).toEqual(['completed', 'mine', 'pick.:mine{Reviewed.:mine}']);
    const dropped = await drive(await server.start('stops', 'Reviewed'), reject());
    expect(dropped.end).toEqual(['completed', 'z#1', 'pick:after#1{after:after#1} z:z#1']);
  });
});

describe.concurrent('Loop', () => {
  test('each iteration starts from the loop’s own input, or from the last content; the end condition sees one iteration', async () => {
    const { calls, output, asked } = await drive(await server.start('loops'));
    expect(asked).toEqual([]);
    const of = (letter: string) => calls.filter(({ step }) => step.startsWith(letter)).map(({ prev }) => prev);
    expect(of('f')).toEqual(['a#1', 'f1#1', 'a#1', 'f1#2']);
    expect(of('w')).toEqual(['f2#2', 'w1#1', 'w2#1', 'w1#2']);
    expect(of('u')).toEqual(['w2#2', 'u1#1', 'w2#2', 'u1#2']);
    expect(of('v')).toEqual(['u2#2']);
    expect(of('d')).toEqual(['v#1', 'v#1', 'v#1']);
    expect(
      output.stepResults.slice(1).map(({ name, iterations, steps, type }) => [name, type, iterations, steps!.length]),
    ).toEqual([
      ['fixed', 'Loop', 2, 4],
      ['forward', 'Loop', 2, 4],
      ['until', 'Loop', 2, 4],
      ['untilAsync', 'Loop', 1, 1],
      ['default', 'Loop', 3, 3],
    ]);
  });

  test('keeps the newest 100 iterations, the older ones as a count', async () => {
    const { output } = await drive(await server.start('longLoop'));
    const [long] = output.stepResults;
    expect(long).toMatchObject({ content: 'y#150', iterations: 150, droppedIterations: 50 });
    expect(long!.steps!.map(({ content }) => content)).toEqual(
      Array.from({ length: 100 }, (_, index) => [`x#${index + 51}`, `y#${index + 51}`]).flat(),
    );
    expect(output.content).toBe('z#1');
  });
});

describe.concurrent('Router', () => {
  test('selects by name, node or list; a nested list of choices is steps_group_<index>; nothing selected is omitted', async () => {
    const { end } = await drive(await server.start('selections'));
    expect(end[2]).toBe(
      'name:b#1{b:b#1} node:byNode#1{byNode:byNode#1} list:d#1{f:f#1 d:d#1} ' +
        'group:g#1{steps_group_1:i#1{h:h#1 i:i#1} g:g#1} z:z#1',
    );
  });
});

describe.concurrent('omitted nodes', () => {
  test('leave no output, and the content is that of the last node that has one', async () => {
    const { output, calls } = await drive(
      await server.start('omissions'),
      reject(),
      reject(),
      approve,
      reject(),
      approve,
      reject(),
    );
    expect(outline(output.stepResults)).toBe('line:d#1{d:d#1} rounds:null{} side:null{} z:z#1');
    expect(calls.map(({ step, prev }) => [step, prev])).toEqual([
      ['d', null],
      ['z', 'd#1'],
    ]);
  });

  test('all of them: completed, with a sentence', async () => {
    const { end } = await drive(await server.start('nothingAtAll'), reject());
    expect(end).toEqual(['completed', 'No steps executed', '']);
  });

  test('a reviewer’s edit of a loop that left nothing is the content from there on', async () => {
    const run = await server.start('editOfNothing');
    const { output, calls } = await drive(run, reject(), edit('MINE'), reject(), edit('MINE TOO'));
    expect(calls.map(({ step, prev }) => [step, prev])).toEqual([
      ['a', null],
      ['after', 'MINE'],
      ['z', 'MINE TOO'],
    ]);
    expect(outline(output.stepResults)).toBe('a:a#1 whole:MINE{} after:after#1 each:MINE TOO{} z:z#1');
  });
});

describe.concurrent('user input', () => {
  test('a list of fields: types, required, allowed values, unknown keys', async () => {
    const run = await server.start('fieldList');
    const [requirement] = await run.paused();
    expect(requirement).toMatchObject({ kind: 'user_input', message: 'Fill in' });
    const good = { text: 'T', count: 1 };
    const bad: [values: unknown, reason: string][] = [
      [{ count: 1 }, "field 'text' is required"],
      [{ ...good, text: '' }, "field 'text' is required"],
      [{ ...good, text: null }, "field 'text' is required"],
      [{ ...good, text: 7 }, "field 'text' must be str, got 7"],
      [{ ...good, count: true }, "field 'count' must be int, got true"],
      [{ ...good, count: 1.5 }, "field 'count' must be int, got 1.5"],
      [{ ...good, count: '1' }, 'field \'count\' must be int, got "1"'],
      [{ ...good, ratio: false }, "field 'ratio' must be float, got false"],
      [{ ...good, flag: 'yes' }, 'field \'flag\' must be bool, got "yes"'],
      [{ ...good, tags: { a: 1 } }, 'field \'tags\' must be list, got {"a":1}'],
      [{ ...good, more: ['a'] }, 'field \'more\' must be dict, got ["a"]'],
      [{ ...good, size: 'XL' }, 'field \'size\' must be one of "S", "M"'],
      [{ ...good, extra: 1 }, "unknown field 'extra'; the fields are text, count, ratio, flag, tags, more, size"],
      [[good], 'values must be an object, one key per field'],
      ['T', 'values must be an object, one key per field'],
      [null, '`values` are missing'],
    ];
    for (const [values] of bad) await run.answer('provideInput', requirement!, { values });
    const paused = await run.output();
    expect(openOf(paused)).toEqual([requirement]);
    expect(paused.refusedAnswers.newest.map(({ code, reason }) => [code, reason])).toEqual(
      bad.map(([, reason]) => ['invalid', reason]),
    );
    const { output } = await drive(run, input({ ...good, ratio: 2, tags: [1], more: { a: null }, size: 'M' }));
    const values = { text: 'T', count: 1, ratio: 2, tags: [1], more: { a: null }, size: 'M' };
    expect(output.stepResults[0]!.content).toEqual(values);
    expect(output.stepRequirements[0]!.userInput).toEqual(values);
    // They reach that step alone.
    expect((await callsOf(run)).map(({ step, data }) => [step, data])).toEqual([
      ['fields', { userInput: values }],
      ['next', {}],
    ]);
  });

  test('defaults fill what is left out', async () => {
    const { output } = await drive(await server.start('fieldList'), input({ text: 'T', count: -1 }));
    expect(output.stepResults[0]!.content).toEqual({ text: 'T', count: -1, ratio: 0.5 });
  });

  test('a JSON Schema', async () => {
    const run = await server.start('jsonSchema');
    const [requirement] = await run.paused();
    for (const values of [{}, { email: 'a@b.c', age: 17 }, { email: 'a@b.c', more: 1 }, { email: 'nobody' }, []]) {
      await run.answer('provideInput', requirement!, { values });
    }
    const { refusedAnswers } = await run.output();
    expect(refusedAnswers.newest.map(({ code }) => code)).toEqual(Array(5).fill('invalid'));
    expect((await drive(run, input({ email: 'a@b.c', age: 18 }))).output.content).toEqual({ email: 'a@b.c', age: 18 });
  });
});
