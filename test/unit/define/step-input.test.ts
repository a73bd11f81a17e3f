/** agno's helper methods (StepInput in agno/workflow/types.py), on outputs as holdpoint makes them. */
import { describe, expect, it } from 'vitest';
import { contentAsText, STEP_INPUT_MARK, StepInput, type StepInputData } from '../../../workflows/define/step-input.ts';
import type { Json, StepOutput, StepType } from '../../../workflows/define/step-output.ts';

const output = (name: string, content: Json, steps?: StepOutput[], type: StepType = steps ? 'Steps' : 'Step') =>
  ({ name, type, content, success: true, ...(steps ? { steps } : {}) }) satisfies StepOutput;

const byName = (...outputs: StepOutput[]) => Object.fromEntries(outputs.map((one) => [one.name, one]));

const data: StepInputData = {
  input: 'IN',
  previousStepContent: null,
  previousStepOutputs: {},
  additionalData: {},
  sessionState: {},
  sessionId: 'session',
  runId: 'run',
  stepName: 'step',
  path: 'step',
  idempotencyKey: 'run/step/1',
};
const stepInput = (part: Partial<StepInputData> = {}) => new StepInput({ ...data, ...part });

const outputs = byName(
  output('fetch', 'F'),
  output('box', 'DEEP', [output('x', 'X'), output('inner', 'DEEP', [output('draft', 'DEEP')])]),
  output('both', { a: 'A', b: 'B' }, [output('a', 'A'), output('b', 'B')], 'Parallel'),
  output('later', 'L', [output('draft', 'SECOND'), output('fetch', 'nested')]),
);

it('gives its methods also to who takes them out', () => {
  const { getInputAsString, getStepContent, getStepOutput, getAllPreviousContent, getLastStepContent } = stepInput({
    previousStepOutputs: outputs,
    previousStepContent: 'L',
  });
  expect([getInputAsString(), getStepContent('x'), getStepOutput('fetch'), getLastStepContent()]).toEqual([
    ...['IN', 'X', outputs.fetch, 'L'],
  ]);
  expect(getAllPreviousContent()).toContain('=== fetch ===\nF');
});

describe('getInputAsString', () => {
  it.each([
    ['text', 'text'],
    ['', ''],
    [{ a: [1, 'é'] }, '{\n  "a": [\n    1,\n    "é"\n  ]\n}'],
    [42, '42'],
    [null, undefined],
    [undefined, undefined],
  ])('%j', (input, expected) => {
    expect(stepInput({ input }).getInputAsString()).toBe(expected);
  });
});

describe('getStepOutput and getStepContent', () => {
  it('find a direct predecessor first, then the first one below, depth first', () => {
    const input = stepInput({ previousStepOutputs: outputs });
    expect(input.getStepOutput('fetch')).toBe(outputs.fetch);
    expect(input.getStepContent('draft')).toBe('DEEP');
    expect(input.getStepContent('x')).toBe('X');
    expect(input.getStepContent('b')).toBe('B');
  });

  it('give a container its deepest last content, a Parallel an object by name', () => {
    const input = stepInput({ previousStepOutputs: outputs });
    expect(input.getStepContent('box')).toBe('DEEP');
    expect(input.getStepContent('both')).toEqual({ a: 'A', b: 'B' });
  });

  it('know nothing of an omitted node, and nothing that objects have by nature', () => {
    const input = stepInput({ previousStepOutputs: outputs });
    for (const name of ['nowhere', 'constructor', '__proto__', '']) {
      expect(input.getStepOutput(name)).toBeUndefined();
      expect(input.getStepContent(name)).toBeUndefined();
    }
  });
});

describe('getAllPreviousContent', () => {
  it('has a heading for each, in order, with a blank line between', () => {
    const previousStepOutputs = byName(output('a', 'A'), output('b', { k: 1 }), output('c', 'C\n'));
    expect(stepInput({ previousStepOutputs }).getAllPreviousContent()).toBe(
      '=== a ===\nA\n\n=== b ===\n{"k":1}\n\n=== c ===\nC\n',
    );
  });

  it('leaves out what has no content, keeps 0 and false', () => {
    const previousStepOutputs = byName(
      output('none', null),
      output('empty', ''),
      output('blank', ' \n'),
      output('zero', 0),
      output('no', false),
    );
    expect(stepInput({ previousStepOutputs }).getAllPreviousContent()).toBe('=== zero ===\n0\n\n=== no ===\nfalse');
    expect(stepInput().getAllPreviousContent()).toBe('');
  });
});

describe('getLastStepContent', () => {
  it('is the previous content', () => {
    expect(stepInput({ previousStepContent: { deep: true } }).getLastStepContent()).toEqual({ deep: true });
    expect(stepInput().getLastStepContent()).toBeNull();
  });
});

describe('on the wire', () => {
  it('is marked plain data that makes the same input again', () => {
    const input = stepInput({ previousStepOutputs: outputs, userId: 'u', additionalData: { userInput: { n: 1 } } });
    const { [STEP_INPUT_MARK]: mark, ...wire } = JSON.parse(JSON.stringify(input));
    expect(mark).toBe('StepInput');
    expect(new StepInput(wire)).toEqual(input);
    expect(JSON.parse(JSON.stringify(stepInput()))).not.toHaveProperty('userId');
  });
});

it('contentAsText leaves text alone', () => {
  expect([contentAsText('x'), contentAsText({ a: [1] }), contentAsText(null)]).toEqual(['x', '{"a":[1]}', 'null']);
});
