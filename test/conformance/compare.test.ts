import { describe, expect, it } from 'vitest';
import { firstDifference } from './compare.ts';
import type { Case, Observation } from './format.ts';
import { askedInPython, pyJson, pyStr } from './python.ts';
import { aliasesOf, parallelOf } from './walk.ts';

describe('Python text', () => {
  it.each([
    [
      { k: [1, true, null, 'é"\u{1f600}'] },
      '{"k": [1, true, null, "\\u00e9\\"\\ud83d\\ude00"]}',
      `{'k': [1, True, None, 'é"\u{1f600}']}`,
    ],
    [[], '[]', '[]'],
    ['a\n', '"a\\n"', 'a\n'],
    [["it's", 'a\n\\'], '["it\'s", "a\\n\\\\"]', `["it's", 'a\\n\\\\']`],
    [null, 'null', 'None'],
    [undefined, 'null', 'None'],
    [false, 'false', 'False'],
    [1.5, '1.5', '1.5'],
    [[1e-7, -0.00002, 0.0001, 1e22, 0], '[1e-07, -2e-05, 0.0001, 1e+22, 0]', '[1e-07, -2e-05, 0.0001, 1e+22, 0]'],
  ])('%j', (value, json, text) => {
    expect(pyJson(value)).toBe(json);
    expect(pyStr(value)).toBe(text);
  });

  it.each([
    [
      '{\n  "k": [true]\n}\n\nUser preferences:\n- b: false\n- s: a: [1',
      "{'k': [True]}\n\nUser preferences:\n- b: False\n- s: a: [1",
    ],
    ['["p","q"]\n\nUser preferences:\n- l: ["p"]', "['p', 'q']\n\nUser preferences:\n- l: ['p']"],
    ['[\n  "p\\n\\nr",\n  "q"\n]', 'p\n\nr\nq'],
    ['[1,"q"]', "[1, 'q']"],
    ['=== x ===\nnull\n\n=== y ===\n["p"]\n\nplain', "=== x ===\nNone\n\n=== y ===\n['p']\n\nplain"],
    ['"quoted"', '"quoted"'],
    ['it is true\n\nFeedback from reviewer:\nno: {', 'it is true\n\nFeedback from reviewer:\nno: {'],
    ['', ''],
  ])('what an agent is asked: %j', (text, inPython) => {
    expect(askedInPython(text)).toBe(inPython);
    expect(askedInPython(inPython)).toBe(inPython);
  });
});

const step = (name: string) => ({ name, do: { fn: 'trace' } });
const testCase: Case = {
  id: 'c',
  workflow: {
    steps: [step('a'), { k: 'parallel', name: 'p', steps: [step('x'), { k: 'steps', name: 'g', steps: [step('y')] }] }],
  },
  answers: [],
};
const call = (name: string, more: object = {}) => ({
  step: name,
  call: 1,
  input: 'IN',
  prev: null,
  additional_data: null,
  ...more,
});
const observation: Observation = {
  pauses: [
    {
      pause_kind: 'step',
      paused_step_name: 'a',
      lists: { steps_requiring_confirmation: ['a'] },
      n_step_requirements: 1,
      active: { kind: 'confirmation', step: 'a', step_type: 'Step', message: null, retry_count: 0 },
    },
  ],
  final: {
    status: 'COMPLETED',
    content: 'x',
    step_results: [
      { name: 'a', type: 'Step', content: 'a#1', success: true },
      {
        name: 'p',
        type: 'Parallel',
        content: 'a summary',
        success: true,
        steps: [{ name: 'x', type: 'Step', content: 'x', success: true }],
      },
    ],
  },
  calls: [{ selector: 'r' } as object, call('a'), call('x'), call('y', { additional_data: { user_input: { n: 1 } } })],
};
const changed = (change: (copy: any) => void): Observation => {
  const copy = structuredClone(observation);
  change(copy);
  return copy;
};
const difference = (actual: Observation, expected = observation) => firstDifference(testCase, expected, actual);

describe('firstDifference', () => {
  it('finds none between equals, and ignores what is not compared', () => {
    const actual = changed((copy) => {
      copy.final.step_results[1].content = { x: 'x' };
      copy.pauses[0].active.message = undefined;
      copy.calls = [copy.calls[1], copy.calls[3], copy.calls[2]];
      copy.calls[0].additional_data = {};
    });
    expect(difference(actual)).toBeUndefined();
  });

  it.each<[string, (copy: any) => void]>([
    ['pauses[0].active.kind: expected "confirmation", got "route"', (copy) => (copy.pauses[0].active.kind = 'route')],
    ['pauses[0].lists:', (copy) => (copy.pauses[0].lists = {})],
    ['pauses[0].active.retry_count: expected 0, got 1', (copy) => (copy.pauses[0].active.retry_count = 1)],
    ['pauses[0]: answering raised ["no"]; agno raised nothing', (copy) => (copy.pauses[0].answer_errors = ['no'])],
    ['pauses[0]: continuing raised "no"', (copy) => (copy.pauses[0].continue_error = 'no')],
    ['number of pauses: expected 1, got 0', (copy) => (copy.pauses = [])],
    ['final.status: expected "COMPLETED", got "PAUSED"', (copy) => (copy.final.status = 'PAUSED')],
    ['final.content: expected "x", got null', (copy) => delete copy.final.content],
    ['final.step_results[0].content', (copy) => (copy.final.step_results[0].content = 'a#2')],
    ['final.step_results[1].steps[0].success', (copy) => (copy.final.step_results[1].steps[0].success = false)],
    ['number of final.step_results: expected 2, got 1', (copy) => copy.final.step_results.pop()],
    ['calls: expected ["a#1","x#1","y#1"], got ["a#1","x#1"]', (copy) => copy.calls.pop()],
    ["calls[0] of 'a': prev", (copy) => (copy.calls[1].prev = 'p')],
    ["calls[2] of 'y': additional_data.user_input", (copy) => (copy.calls[3].additional_data = null)],
    ["calls[0] of 'a': step", (copy) => (copy.calls = [copy.calls[2], copy.calls[1], copy.calls[3]])],
  ])('%s', (problem, change) => {
    expect(difference(changed(change))).toContain(problem);
  });

  it('of a failed run: the content has to hold the message', () => {
    const failed = (content: string) => ({
      pauses: [],
      calls: [],
      final: { status: 'ERROR', content, step_results: [] },
    });
    const expected = { ...failed('Workflow execution failed: b boom 1'), run_error: 'ValueError: b boom 1' };
    expect(difference(failed("Step 'b' failed: b boom 1"), expected)).toBeUndefined();
    expect(difference(failed('failed'), expected)).toContain('expected it to contain "b boom 1"');
  });

  it.each<[previous: unknown, other: unknown, differs: boolean]>([
    ['', undefined, false],
    [0, undefined, false],
    [[], '', false],
    [{ k: 1 }, "{'k': 1}", false],
    ['0', undefined, true],
    [undefined, '0', true],
  ])('a previous output that is false in Python is none: %j, %j', (previous_output, other, differs) => {
    const retried = (previous: unknown): Observation => ({
      calls: [call('a', { additional_data: { rejection_feedback: 'fb', previous_output: previous } })],
    });
    expect(difference(retried(previous_output), retried(other)) !== undefined).toBe(differs);
  });

  it('a pause that nobody answers may be written down or not', () => {
    const [open] = observation.pauses!;
    const paused: Observation = { ...observation, pauses: [], open: open! };
    expect(difference(paused)).toBeUndefined();
    expect(difference(paused, { ...observation, pauses: [] })).toBeUndefined();
  });
});

it('walks into every kind of child', () => {
  expect([...parallelOf(testCase.workflow)]).toEqual([
    ['x', 'p'],
    ['g', 'p'],
    ['y', 'p'],
  ]);
  const agent = { name: 'g', agent: { tools: [{ name: 't' }], script: [] } };
  const leader = { name: 'h', team: { name: 'crew', members: [{ name: 'm', tools: [{ name: 'u' }] }] } };
  const workflow = {
    steps: [{ k: 'parallel', name: 'p', steps: [agent, { k: 'steps', name: 's', steps: [leader] }] }],
  };
  expect([...parallelOf(workflow).keys()]).toEqual(['g', 't', 's', 'h', 'm', 'u']);
  expect(Object.fromEntries(aliasesOf(workflow))).toEqual({ g_agent: 'g', crew: 'h', h_team: 'h' });
});

it('what agents do is compared: models by their agent, what they hear, tools and arguments', () => {
  const testCase = { id: 'c', workflow: { steps: [{ name: 'g', agent: {} }] }, answers: [] } as unknown as Case;
  const model = { model: 'g', user: 'IN', tool_results: ['t ok x'] };
  const one: Observation = { calls: [model, { tool: 't', args: { q: 'x' } }, { tool: 'u', args: { q: 'y' } }] };
  expect(
    firstDifference(testCase, one, { calls: [{ ...model, model: 'g_agent' }, ...one.calls!.slice(1).toReversed()] }),
  ).toBeUndefined();
  for (const calls of [
    [{ ...model, user: 'other' }, ...one.calls!.slice(1)],
    [{ ...model, tool_results: ['t ok z'] }, ...one.calls!.slice(1)],
    [model, { tool: 't', args: { q: 'z' } }, one.calls![2]!],
    one.calls!.slice(0, 2),
  ]) {
    expect(firstDifference(testCase, one, { calls })).toBeDefined();
  }
  const asked = (args: object): Observation => ({
    pauses: [{ active: { kind: 'executor', tools: [{ tool: 't', args: args as never, member: null }] } }],
  });
  expect(firstDifference(testCase, asked({ q: 'x' }), asked({ q: 'x' }))).toBeUndefined();
  expect(firstDifference(testCase, asked({ q: 'x' }), asked({ q: 'y' }))).toContain('active.tools');
});
