import { describe, expect, it } from 'vitest';
import { cel } from '../../../workflows/define/cel.ts';
import {
  asChoices,
  loopVariables,
  routerVariables,
  stepInputVariables,
  truthy,
} from '../../../workflows/define/cel-variables.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { isExpression } from '../../../workflows/define/expression.ts';
import type { StepInputData } from '../../../workflows/define/step-input.ts';
import type { Json, StepOutput } from '../../../workflows/define/step-output.ts';

const output = (name: string, content: Json, success = true): StepOutput => ({ name, type: 'Step', content, success });

function stepInput(data: Partial<StepInputData> = {}): StepInputData {
  return {
    ...{ input: 'IN', previousStepContent: null, previousStepOutputs: {}, additionalData: {}, sessionState: {} },
    ...{ sessionId: 's', runId: 'r', stepName: 'n', path: 'n', idempotencyKey: 'r/n' },
    ...data,
  };
}

const decide = (source: string, data: Partial<StepInputData> = {}) =>
  cel(source).evaluate(stepInputVariables(stepInput(data)));

describe('cel(): definition errors', () => {
  it.each([
    ['input ==', "cel('input =='): Unexpected token: EOF."],
    ['', 'Unexpected token'],
    ['inputt == "a"', 'Unknown variable: inputt'],
    ['input.shout()', 'string.shout()'],
    ['input == 5', 'no such overload: string == int'],
    ['current_iteration.x', 'Cannot index type'],
  ])('refuses %j', (source, message) => {
    expect(() => cel(source)).toThrow(DefinitionError);
    expect(() => cel(source)).toThrow(message);
  });

  it('refuses what is not text', () => {
    expect(() => cel(undefined as unknown as string)).toThrow('an expression must be a string, got undefined.');
  });

  it('is inert data that names its source', () => {
    const expression = cel('input == "a"');
    expect(isExpression(expression)).toBe(true);
    expect(expression.source).toBe('input == "a"');
  });
});

describe('cel(): numbers', () => {
  const additionalData = { n: 6, f: 2.5, list: [1, 2], nested: { deep: 3 } };
  it.each([
    ['additional_data.n > 5', true],
    ['additional_data.n + 1 == 7', true],
    ['additional_data.n / 4 == 1', true],
    ['additional_data.n % 4 == 2', true],
    ['additional_data.n > additional_data.f', true],
    ['additional_data.n == 6.0', true],
    ['additional_data.f == 2.5', true],
    ['additional_data.f * 2 == 5.0', true],
    ['additional_data.n * 1.5 == 9.0', true],
    ['2 in additional_data.list && size(additional_data.list) == 2', true],
    ['additional_data.nested.deep == 3', true],
  ])('%s', (source, expected) => {
    expect(decide(source, { additionalData })).toBe(expected);
  });

  it('counts in session state', () => {
    expect(decide('session_state.count + 1 == 3', { sessionState: { count: 2 } })).toBe(true);
  });
});

describe('cel(): keys', () => {
  const sessionState = {
    draft: null,
    ['__proto__']: 1,
    constructor: 'own',
  } as unknown as StepInputData['sessionState'];
  it.each([
    ['has(session_state.draft)', true],
    ['has(session_state.missing)', false],
    ['"draft" in session_state', true],
    ['session_state.draft == null', true],
    ['has(session_state.toString)', false],
    ['session_state.constructor == "own"', true],
  ])('%s', (source, expected) => {
    expect(decide(source, { sessionState })).toBe(expected);
  });

  it('a missing key is an error that names the expression and the key', () => {
    expect(() => decide('session_state.missing > 1')).toThrow("cel('session_state.missing > 1'): No such key: missing");
  });

  it('a variable of another primitive is an error when it is read', () => {
    expect(() => decide('current_iteration > 1')).toThrow('current_iteration');
  });
});

describe('variables', () => {
  it('are text for contents', () => {
    const previousStepOutputs = { a: output('a', 'text'), b: output('b', { k: [1, null] }), c: output('c', null) };
    const variables = stepInputVariables(
      stepInput({ input: { x: 1 }, previousStepContent: { k: [1, 'é'] }, previousStepOutputs }),
    );
    expect(variables).toEqual({
      input: '{\n  "x": 1\n}',
      previous_step_content: '{"k": [1, "é"]}',
      previous_step_outputs: { a: 'text', b: '{"k": [1, null]}', c: '' },
      additional_data: {},
      session_state: {},
    });
  });

  it('are empty strings where there is nothing yet', () => {
    expect(decide('input == "" && previous_step_content == ""', { input: undefined })).toBe(true);
  });

  it('of a Router have the choices', () => {
    const choose = cel('previous_step_content.contains("urgent") ? step_choices[0] : "later"');
    expect(choose.evaluate(routerVariables(stepInput({ previousStepContent: 'urgent!' }), ['now', 'later']))).toBe(
      'now',
    );
  });

  it('of a Loop are about the last iteration', () => {
    const done = cel(
      'current_iteration >= 2 && current_iteration < max_iterations && !all_success && last_step_content == "ok" && step_outputs.a == "no"',
    );
    const outputs = [output('a', 'no', false), output('b', 'ok')];
    expect(done.evaluate(loopVariables(outputs, 2, 3))).toBe(true);
    expect(done.evaluate(loopVariables(outputs, 1, 3))).toBe(false);
    const empty = { name: 'empty', type: 'Steps', content: null, success: true, steps: [] } as const;
    expect(done.evaluate(loopVariables([...outputs, empty], 2, 3))).toBe(true);
    expect(cel('last_step_content == "" && all_success').evaluate(loopVariables([], 1, 3))).toBe(true);
  });
});

describe('results', () => {
  it.each([
    [true, true],
    [0n, false],
    [2n, true],
    ['', false],
    ['no', true],
    [null, false],
    [0.5, true],
    [[], false],
    [new Map(), false],
    [new Map([['k', 1]]), true],
  ] as [unknown, boolean][])('%s is truthy: %s', (value, expected) => {
    expect(truthy(value)).toBe(expected);
  });

  it('name a choice', () => {
    expect(asChoices('left')).toEqual(['left']);
    expect(asChoices(cel('1 + 1').evaluate({}))).toEqual(['2']);
    expect(asChoices(cel('["y", "x"]').evaluate({}))).toEqual(['y', 'x']);
  });
});
