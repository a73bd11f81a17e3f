import { describe, expect, test } from 'vitest';
import { InvalidAnswer, RequirementAlreadyResolved } from '../../../client/errors.ts';
import { Requirement } from '../../../client/requirement.ts';
import { ANSWER_LIMIT } from '../../../workflows/protocol/signals.ts';
import type { RequirementKind } from '../../../workflows/protocol/requirement.ts';
import { requirementFields } from '../../support/requirement.ts';

const open = (kind: RequirementKind, more: object = {}) => new Requirement(requirementFields(kind, more));
const answer = (requirement: Requirement) => {
  const { requirement: _, digest: __, ...rest } = requirement.decision ?? ({} as never);
  return rest;
};

const METHODS = {
  confirm: (each: Requirement) => each.confirm(),
  reject: (each: Requirement) => each.reject('why'),
  edit: (each: Requirement) => each.edit('new'),
  setUserInput: (each: Requirement) => each.setUserInput({ limit: 1 }),
  select: (each: Requirement) => each.select('left'),
  retry: (each: Requirement) => each.retry(),
  skip: (each: Requirement) => each.skip(),
};
type Method = keyof typeof METHODS;

const TAKES: Record<RequirementKind, readonly Method[]> = {
  confirmation: ['confirm', 'reject'],
  user_input: ['setUserInput', 'reject'],
  'confirmation+user_input': ['confirm', 'setUserInput', 'reject'],
  output_review: ['confirm', 'edit', 'reject'],
  iteration_review: ['confirm', 'edit', 'reject'],
  route: ['select', 'reject'],
  error: ['retry', 'skip', 'reject'],
  executor: ['confirm', 'reject'],
};

const EXTRA: Partial<Record<RequirementKind, object>> = {
  user_input: { userInputSchema: [{ name: 'limit', type: 'int' }] },
  'confirmation+user_input': { userInputSchema: [{ name: 'limit', type: 'int' }] },
  route: { availableChoices: ['left', 'right'] },
  executor: { tools: [{ toolCallId: 'c1', toolName: 'pay', kind: 'confirmation', args: { euros: 5 } }] },
};

describe.each(Object.keys(TAKES) as RequirementKind[])('a %s requirement', (kind) => {
  test.each(Object.keys(METHODS) as Method[])('and %s()', (method) => {
    const requirement = open(kind, EXTRA[kind]);
    const call = () => METHODS[method](requirement);
    if (TAKES[kind].includes(method)) {
      call();
      expect(requirement.isAnswered || requirement.missing !== undefined).toBe(true);
    } else {
      expect(call).toThrow(InvalidAnswer);
      expect(call).toThrow(`requirement '${requirement.id}': `);
      expect(requirement.decision).toBeUndefined();
    }
  });

  test('takes nothing once it is resolved', () => {
    const resolved = { resolution: 'confirmed', resolvedBy: 'ann', resolvedAt: '2026-01-01T00:00:00.000Z' };
    const requirement = open(kind, { ...EXTRA[kind], ...resolved });
    for (const call of Object.values(METHODS)) expect(() => call(requirement)).toThrow(RequirementAlreadyResolved);
    expect(() => requirement.reject()).toThrow(/already confirmed by ann at 2026/);
  });
});

describe('an answer', () => {
  test('names its requirement and the digest of what was shown', () => {
    const requirement = open('confirmation');
    requirement.confirm();
    expect(requirement.decision).toEqual({
      requirement: requirement.id,
      digest: requirement.digest,
      action: 'confirm',
    });
  });

  test('is the last call; a wrong call changes nothing', () => {
    const requirement = open('output_review');
    requirement.edit('first');
    requirement.edit({ second: [1] });
    expect(() => requirement.select('x')).toThrow(InvalidAnswer);
    expect(() => requirement.edit(undefined)).toThrow(/needs the new `output`/);
    expect(answer(requirement)).toEqual({ action: 'edit', output: { second: [1] } });
    requirement.reject();
    expect(answer(requirement)).toEqual({ action: 'reject' });
  });

  test('of a combined gate is one decision, in either order', () => {
    for (const order of [
      ['confirm', 'setUserInput'],
      ['setUserInput', 'confirm'],
    ] as const) {
      const requirement = open('confirmation+user_input', EXTRA.user_input);
      METHODS[order[0]](requirement);
      expect(requirement.decision).toBeUndefined();
      expect(requirement.missing).toBe(order[1] === 'confirm' ? 'confirm()' : 'setUserInput(values)');
      METHODS[order[1]](requirement);
      expect(requirement.missing).toBeUndefined();
      expect(answer(requirement)).toEqual({ action: 'confirm', values: { limit: 1 } });
      requirement.setUserInput({ limit: 2 });
      expect(answer(requirement)).toEqual({ action: 'confirm', values: { limit: 2 } });
      requirement.reject('no');
      expect(answer(requirement)).toEqual({ action: 'reject', feedback: 'no' });
      requirement.confirm();
      expect(requirement.missing).toBe('setUserInput(values)');
    }
  });

  test('of a combined gate stays a no when values come after it, until it is confirmed', () => {
    const requirement = open('confirmation+user_input', EXTRA.user_input);
    requirement.reject('no');
    requirement.setUserInput({ limit: 2 });
    expect(answer(requirement)).toEqual({ action: 'reject', feedback: 'no' });
    requirement.confirm();
    expect(answer(requirement)).toEqual({ action: 'confirm', values: { limit: 2 } });
  });

  test.each([
    [{}, /'limit' is required/],
    [{ limit: 'x' }, /'limit' must be int/],
    [{ limit: true }, /'limit' must be int/],
    [{ limit: 1, more: 2 }, /unknown field 'more'/],
    [undefined, /values/],
    [[1], /object/],
    [null, /values/],
  ])('with the values %j is refused', (values, problem) => {
    for (const kind of ['user_input', 'confirmation+user_input'] as const) {
      const requirement = open(kind, EXTRA.user_input);
      expect(() => requirement.setUserInput(values as never)).toThrow(problem);
      expect(requirement.missing).toBeUndefined();
    }
  });

  test('to a route is of its choices, and one unless more are allowed', () => {
    const one = open('route', EXTRA.route);
    expect(() => one.select('up')).toThrow(/unknown choice 'up'; choose from left, right/);
    expect(() => one.select('left', 'right')).toThrow(/only one route/);
    expect(() => one.select()).toThrow(/at least one of left, right/);
    const more = open('route', { ...EXTRA.route, allowMultipleSelections: true });
    more.select('right', 'left');
    expect(answer(more)).toEqual({ action: 'select', choices: ['right', 'left'] });
    expect(() => more.select('left', 'left')).toThrow(/twice/);
  });

  test('is detached from the caller, and JSON', () => {
    const requirement = open('output_review');
    const output = { at: new Date(0), list: [1] };
    requirement.edit(output);
    output.list.push(2);
    expect(answer(requirement)).toEqual({ action: 'edit', output: { at: '1970-01-01T00:00:00.000Z', list: [1] } });
    expect(() => requirement.edit(1n)).toThrow(/cannot be written as JSON/);
    expect(() => requirement.edit(() => 1)).toThrow(InvalidAnswer);
    expect(() => requirement.reject(5 as never)).toThrow(/feedback must be a string/);
  });

  test('has the size that the workflow reads', () => {
    expect(() => open('output_review').edit('x'.repeat(ANSWER_LIMIT))).toThrow(/at most 262144 bytes/);
  });
});

test('a requirement is its fields, as JSON too', () => {
  const fields = requirementFields('confirmation', {});
  const requirement = new Requirement(fields);
  requirement.confirm();
  expect(JSON.parse(JSON.stringify(requirement))).toEqual(fields);
  expect(requirement).toMatchObject(fields);
});
