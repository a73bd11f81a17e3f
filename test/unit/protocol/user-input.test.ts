import { describe, expect, it } from 'vitest';
import type { Json } from '../../../workflows/define/step-output.ts';
import type { FieldType, UserInputField } from '../../../workflows/define/user-input-schema.ts';
import { checkJsonSchema, checkUserInput } from '../../../workflows/protocol/user-input.ts';

const check = (field: Omit<UserInputField, 'name'>, value?: Json) =>
  checkUserInput([{ name: 'n', ...field }], value === undefined ? {} : { n: value });
const accepted = (n: Json) => ({ ok: true, value: { n } });
const refused = (problem: string) => ({ ok: false, problem });

describe('types of fields', () => {
  const VALUES: readonly Json[] = ['x', '7', 7, -7, 7.5, true, false, [], ['x'], {}, { k: 1 }];
  const FITS: Record<FieldType, readonly Json[]> = {
    str: ['x', '7'],
    int: [7, -7],
    float: [7, -7, 7.5],
    bool: [true, false],
    list: [[], ['x']],
    dict: [{}, { k: 1 }],
  };
  for (const type of Object.keys(FITS) as FieldType[]) {
    for (const value of VALUES) {
      const fits = FITS[type].some((good) => JSON.stringify(good) === JSON.stringify(value));
      it(`${type} ${fits ? 'takes' : 'refuses'} ${JSON.stringify(value)}`, () => {
        const text = JSON.stringify(value);
        expect(check({ type }, value)).toEqual(
          fits ? accepted(value) : refused(`field 'n' must be ${type}, got ${text}`),
        );
      });
    }
  }

  it('is str when none is given', () => {
    expect(check({}, 'x')).toEqual(accepted('x'));
    expect(check({}, 7)).toEqual(refused("field 'n' must be str, got 7"));
  });

  it('int and float refuse what JSON cannot hold exactly', () => {
    expect(check({ type: 'int' }, 2 ** 53)).toMatchObject({ ok: false });
    expect(check({ type: 'float' }, Number.POSITIVE_INFINITY)).toMatchObject({ ok: false });
    expect(check({ type: 'float' }, Number.NaN)).toMatchObject({ ok: false });
  });

  it('a long wrong value is cut in the sentence', () => {
    expect(JSON.stringify(check({ type: 'int' }, 'x'.repeat(10_000))).length).toBeLessThan(200);
  });
});

describe('required fields', () => {
  it.each([[{}], [{ n: null }], [{ n: '' }], [{ n: undefined }]])('%j has no value', (values) => {
    expect(checkUserInput([{ name: 'n' }], values)).toEqual(refused("field 'n' is required"));
    expect(checkUserInput([{ name: 'n', type: 'int' }], values)).toEqual(refused("field 'n' is required"));
  });

  it.each<[FieldType, Json]>([
    ['int', 0],
    ['bool', false],
    ['list', []],
    ['dict', {}],
    ['str', ' '],
  ])('%s: %j is a value', (type, value) => {
    expect(check({ type }, value)).toEqual(accepted(value));
  });

  it('may be left out where required is false; null and "" are then kept as they are', () => {
    expect(check({ required: false, type: 'int' })).toEqual({ ok: true, value: {} });
    expect(checkUserInput([{ name: 'n', required: false, type: 'int' }], { n: null })).toEqual({
      ok: true,
      value: { n: null },
    });
    expect(check({ required: false }, '')).toEqual(accepted(''));
    expect(check({ required: false, type: 'int' }, 'x')).toMatchObject({ ok: false });
  });
});

describe('defaults', () => {
  it.each([[{}], [{ n: null }], [{ n: '' }]])('stand in for %j', (values) => {
    expect(checkUserInput([{ name: 'n', type: 'int', default: 5 }], values)).toEqual(accepted(5));
    expect(checkUserInput([{ name: 'n', type: 'bool', default: false, required: false }], values)).toEqual(
      accepted(false),
    );
  });

  it('give way to a value, and must fit themselves', () => {
    expect(check({ type: 'int', default: 5 }, 0)).toEqual(accepted(0));
    expect(check({ type: 'int', default: 'five' })).toEqual(refused('field \'n\' must be int, got "five"'));
  });

  it('of null are none', () => {
    expect(check({ default: null })).toEqual(refused("field 'n' is required"));
    expect(check({ default: null, required: false })).toEqual({ ok: true, value: {} });
  });
});

describe('allowedValues', () => {
  it.each<[UserInputField['type'], readonly Json[], Json, Json]>([
    ['str', ['low', 'high'], 'low', 'Low'],
    ['int', [1, 2], 2, 3],
    ['float', [0.5, 1], 1, 1.5],
    ['bool', [true], true, false],
    ['list', [['a'], ['a', 'b']], ['a', 'b'], ['b', 'a']],
    ['dict', [{ k: 1 }], { k: 1 }, { k: 2 }],
  ])('%s of %j', (type, allowedValues, good, bad) => {
    const field = { allowedValues, ...(type ? { type } : {}) };
    expect(check(field, good)).toEqual(accepted(good));
    const list = allowedValues.map((value) => JSON.stringify(value)).join(', ');
    expect(check(field, bad)).toEqual(refused(`field 'n' must be one of ${list}`));
  });

  it('do not make a value out of another type', () => {
    expect(check({ type: 'str', allowedValues: ['1'] }, 1)).toEqual(refused("field 'n' must be str, got 1"));
  });
});

describe('the values as a whole', () => {
  const fields: UserInputField[] = [{ name: 'a' }, { name: 'b', type: 'int', default: 1 }];

  it.each([[undefined], [null], ['a'], [7], [true], [[{ a: 'x' }]]])('%j are no values', (values) => {
    for (const schema of [fields, undefined, { type: 'object' } as const]) {
      expect(checkUserInput(schema, values)).toEqual(refused('values must be an object, one key per field'));
    }
  });

  it('unknown keys are refused and the known ones named', () => {
    expect(checkUserInput(fields, { a: 'x', c: 1 })).toEqual(refused("unknown field 'c'; the fields are a, b"));
    expect(checkUserInput([], { a: 'x' })).toMatchObject({ ok: false });
    expect(checkUserInput(fields, JSON.parse('{"a":"x","__proto__":{"b":2}}'))).toMatchObject({ ok: false });
  });

  it('a field is not found on the prototype', () => {
    expect(checkUserInput([{ name: 'toString' }], {})).toEqual(refused("field 'toString' is required"));
  });

  it('come in the order in which they were given, and the given ones are left alone', () => {
    const values = Object.freeze({ b: 2, a: 'x' });
    const checked = checkUserInput(fields, values);
    expect(checked).toEqual({ ok: true, value: { a: 'x', b: 2 } });
    expect(checked.ok && Object.keys(checked.value)).toEqual(['b', 'a']);
  });

  it('without a schema any object will do', () => {
    expect(checkUserInput(undefined, { any: [1] })).toEqual({ ok: true, value: { any: [1] } });
    expect(checkUserInput(undefined, {})).toEqual({ ok: true, value: {} });
  });
});

describe('a JSON Schema', () => {
  const schema = {
    type: 'object',
    properties: {
      threshold: { type: 'integer', minimum: 1 },
      target: { type: 'object', properties: { region: { enum: ['eu', 'us'] } } },
    },
    required: ['threshold'],
    additionalProperties: false,
  } as const;

  it('is checked in depth', () => {
    const value = { threshold: 5, target: { region: 'eu' } };
    expect(checkUserInput(schema, value)).toEqual({ ok: true, value });
  });

  it.each<[Record<string, Json>, string]>([
    [{}, "field 'threshold' is required"],
    [{ threshold: 0 }, 'threshold: 0 is less than 1'],
    [{ threshold: true }, 'threshold: Instance type "boolean" is invalid. Expected "integer"'],
    [{ threshold: 5, target: { region: 'asia' } }, 'target.region: Instance does not match any of ["eu","us"]'],
    [{ threshold: 5, extra: 1 }, "unknown field 'extra'; the fields are threshold, target"],
  ])('refuses %j', (values, problem) => {
    expect(checkUserInput(schema, values)).toEqual(refused(problem));
  });

  it.each<[string, object]>([
    ['a $ref that leads nowhere', { type: 'object', properties: { n: { $ref: '#/nowhere' } } }],
    ['a broken pattern', { type: 'object', properties: { n: { type: 'string', pattern: '(' } } }],
  ])('with %s refuses instead of throwing (H4)', (_, broken) => {
    const checked = checkJsonSchema(broken, { n: 'x' });
    expect(checked).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^value: cannot be checked, the schema is wrong \([^\n]+\)$/),
    });
  });
});
