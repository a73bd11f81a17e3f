import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { condition } from '../../../workflows/define/condition.ts';
import { reviewWithDefaults } from '../../../workflows/define/human-review.ts';
import { loop } from '../../../workflows/define/loop.ts';
import { parallel } from '../../../workflows/define/parallel.ts';
import { router } from '../../../workflows/define/router.ts';
import { step } from '../../../workflows/define/step.ts';
import { steps } from '../../../workflows/define/steps.ts';
import { defineWorkflow } from '../../../workflows/define/workflow.ts';
import { done, ok, refusal, SENTENCE } from '../../support/define.ts';

/** A node `n` of each primitive with a review that its types would refuse. */
const NODES = {
  Step: (humanReview: object) => step({ name: 'n', executor: done, humanReview }),
  Steps: (humanReview: object) => steps({ name: 'n', steps: [ok()], humanReview }),
  Condition: (humanReview: object) => condition({ name: 'n', steps: [ok()], humanReview }),
  Loop: (humanReview: object) => loop({ name: 'n', steps: [ok()], humanReview }),
  Router: (humanReview: object) => router({ name: 'n', choices: [ok()], selector: () => 'ok', humanReview }),
  Parallel: (humanReview: object) => parallel({ name: 'n', steps: [ok()], humanReview }),
};
type Primitive = keyof typeof NODES;
const PRIMITIVES = Object.keys(NODES) as Primitive[];

const VALUES = {
  requiresConfirmation: true,
  confirmationMessage: 'Really?',
  requiresUserInput: true,
  userInputMessage: 'Which?',
  userInputSchema: [{ name: 'count', type: 'int' }],
  allowMultipleSelections: true,
  requiresOutputReview: true,
  outputReviewMessage: 'Good?',
  requiresIterationReview: true,
  iterationReviewMessage: 'Go on?',
  onReject: 'cancel',
  maxRetries: 2,
  onError: 'pause',
  timeout: '300s',
  onTimeout: 'reject',
} as const;
type Field = keyof typeof VALUES;

/** The table of semantics §2: what is not for everyone. */
const ONLY_FOR: Partial<Record<Field, readonly Primitive[]>> = {
  requiresUserInput: ['Step', 'Router'],
  userInputMessage: ['Step', 'Router'],
  userInputSchema: ['Step'],
  allowMultipleSelections: ['Router'],
  requiresOutputReview: ['Step', 'Loop', 'Router'],
  outputReviewMessage: ['Step', 'Loop', 'Router'],
  requiresIterationReview: ['Loop'],
  iterationReviewMessage: ['Loop'],
};

describe('every field on every primitive', () => {
  for (const field of Object.keys(VALUES) as Field[]) {
    for (const primitive of PRIMITIVES) {
      const supported = ONLY_FOR[field]?.includes(primitive) ?? true;
      it(`${primitive} ${supported ? 'takes' : 'refuses'} ${field}`, () => {
        const make = () => NODES[primitive]({ [field]: VALUES[field] });
        if (supported) {
          expect(() => defineWorkflow({ name: 'w', steps: [make()] })).not.toThrow();
          return;
        }
        const { message, path, type } = refusal(make);
        expect({ path, type }).toEqual({ path: 'w/n', type: 'holdpoint.InvalidDefinition' });
        expect(message).toMatch(SENTENCE);
        expect(message).toContain(`w/n: ${field} is not supported on a ${primitive}`);
      });
    }
  }

  it('says what a Router and a container have instead', () => {
    expect(refusal(() => NODES.Router({ userInputSchema: [] })).message).toBe(
      'w/n: userInputSchema is not supported on a Router: there, user input is the choice of a route. Put it on a step.',
    );
    expect(refusal(() => NODES.Loop({ requiresUserInput: true })).message).toContain(
      'requiresConfirmation, requiresOutputReview, requiresIterationReview',
    );
  });

  it('takes undefined as not set', () => {
    const nothing = Object.fromEntries(Object.keys(VALUES).map((field) => [field, undefined]));
    for (const primitive of PRIMITIVES) {
      expect(() => defineWorkflow({ name: 'w', steps: [NODES[primitive](nothing)] })).not.toThrow();
    }
  });
});

describe('values that no primitive takes', () => {
  const cases: [string, object, string][] = [
    ['an unknown field', { requireConfirmation: true }, "humanReview has no field 'requireConfirmation'"],
    ["agno's snake case", { requires_confirmation: true }, "humanReview has no field 'requires_confirmation'"],
    [
      'an unknown onReject',
      { onReject: 'abort' },
      'onReject must be one of skip, cancel, retry, else_branch, got "abort"',
    ],
    ['an unknown onError', { onError: 'retry' }, 'onError must be one of fail, skip, pause, got "retry"'],
    ['an unknown onTimeout', { onTimeout: 'no' }, 'onTimeout must be one of approve, reject, cancel, skip, got "no"'],
    ['a name that every object has', { onReject: 'constructor' }, 'onReject must be one of'],
    ['null as an action', { onTimeout: null }, 'onTimeout must be one of approve, reject, cancel, skip, got null'],
    ['a bare number as timeout', { timeout: 300 }, "write '300s' for 300 seconds"],
    ['a timeout without unit', { timeout: '300' }, "such as '300s' or '2 days', of at most 100 years, got \"300\""],
    ['a zero timeout', { timeout: 0 }, 'timeout must be a positive duration with its unit'],
    ['a zero timeout with unit', { timeout: '0s' }, 'timeout must be a positive duration with its unit'],
    ['a negative timeout', { timeout: '-5 minutes' }, 'timeout must be a positive duration with its unit'],
    ['a timeout that is no duration', { timeout: 'soon' }, 'timeout must be a positive duration with its unit'],
    ['negative retries', { maxRetries: -1 }, 'maxRetries must be a whole number, 0 for unlimited, got -1'],
    ['half retries', { maxRetries: 1.5 }, 'maxRetries must be a whole number, 0 for unlimited, got 1.5'],
    ['retries as a bigint', { maxRetries: 3n }, 'maxRetries must be a whole number, 0 for unlimited, got 3n'],
    ['a flag as text', { requiresConfirmation: 'yes' }, 'requiresConfirmation must be a boolean, got "yes"'],
    ['a predicate where a flag is due', { requiresConfirmation: () => true }, 'must be a boolean, got a function'],
    ['a message that is no text', { confirmationMessage: 42 }, 'confirmationMessage must be a string, got 42'],
  ];
  it.each(cases)('%s', (_, review, problem) => {
    for (const primitive of PRIMITIVES) {
      const { message, path } = refusal(() => NODES[primitive](review));
      expect(path).toBe('w/n');
      expect(message).toMatch(SENTENCE);
      expect(message).toContain(problem);
    }
  });

  it.each([[null], [true], ['confirm'], [[{ requiresConfirmation: true }]]])('a review that is %j', (review) => {
    const { message } = refusal(() => NODES.Step(review as unknown as object));
    expect(message).toMatch(/^w\/n: humanReview must be an object, got .+\.$/);
  });
});

describe('fields that do not go together', () => {
  it.each(PRIMITIVES.filter((primitive) => primitive !== 'Condition'))('%s has no else branch', (primitive) => {
    expect(refusal(() => NODES[primitive]({ onReject: 'else_branch' })).message).toBe(
      `w/n: onReject 'else_branch' is for a Condition; a ${primitive} takes skip, cancel or retry.`,
    );
  });

  it.each(['Step', 'Router'] as const)('%s: no approval by timeout where a value is needed', (primitive) => {
    const review = { requiresUserInput: true, timeout: '1h', onTimeout: 'approve' };
    const { message } = refusal(() => NODES[primitive](review));
    expect(message).toMatch(SENTENCE);
    expect(message).toContain("onTimeout 'approve' cannot give the value that requiresUserInput asks for");
  });

  it('Loop: its final output or each iteration', () => {
    const { message } = refusal(() => NODES.Loop({ requiresOutputReview: true, requiresIterationReview: true }));
    expect(message).toMatch(SENTENCE);
    expect(message).toContain('requiresOutputReview and requiresIterationReview cannot both be set');
  });

  it.each([[1], ['always'], [{}]])('requiresOutputReview: %j is neither flag nor predicate', (rule) => {
    expect(refusal(() => NODES.Step({ requiresOutputReview: rule })).message).toContain(
      'requiresOutputReview must be a boolean or a function of the output',
    );
  });
});

describe('userInputSchema', () => {
  const refused: [string, unknown, string][] = [
    ['a field that JSON cannot hold', [{ name: 'a', default: 1n }], 'userInputSchema must be JSON'],
    ['what JSON cannot hold', { type: 'object', default: 1n }, 'userInputSchema must be JSON'],
    ['a field without a name', [{ type: 'int' }], 'a userInputSchema field needs a name'],
    ['a field that is null', [null], 'a userInputSchema field needs a name'],
    ['a field that is its name', ['count'], 'a userInputSchema field needs a name'],
    [
      'a type that agno does not have',
      [{ name: 'n', type: 'number' }],
      "field 'n' has type 'number'; use str, int, float",
    ],
    ['an option in snake case', [{ name: 'n', allowed_values: [1] }], "field 'n' has no option 'allowed_values'"],
    ['no allowed value', [{ name: 'n', allowedValues: [] }], "field 'n': allowedValues must be a list with values"],
    ['allowed values as text', [{ name: 'n', allowedValues: 'a,b' }], "field 'n': allowedValues must be a list"],
    ['required as text', [{ name: 'n', required: 'no' }], "field 'n': required must be a boolean"],
    ['two fields of one name', [{ name: 'n' }, { name: 'n' }], "two fields 'n'"],
    ['a JSON Schema of no object', { type: 'string' }, "a JSON Schema with type 'object'"],
    ['text', 'count:int', "a list of fields or a JSON Schema with type 'object'"],
    ['a schema of zod', z.object({ count: z.number() }), '(zod: z.toJSONSchema(schema))'],
    ['null', null, "a list of fields or a JSON Schema with type 'object'"],
  ];
  it.each(refused)('refuses %s', (_, userInputSchema, problem) => {
    const { message, path } = refusal(() => NODES.Step({ requiresUserInput: true, userInputSchema }));
    expect(path).toBe('w/n');
    expect(message).toMatch(SENTENCE);
    expect(message).toContain(problem);
  });

  it.each([
    [[]],
    [[{ name: 'n', type: 'dict', description: 'd', required: false, default: {} }]],
    [{ type: 'object' }],
    [z.toJSONSchema(z.object({ count: z.number() }))],
    [z.toJSONSchema(z.object({ count: z.number() }), { target: 'openapi-3.0' })],
  ])('takes %j', (userInputSchema) => {
    const node = NODES.Step({ requiresUserInput: true, userInputSchema });
    expect(() => defineWorkflow({ name: 'w', steps: [node] })).not.toThrow();
  });
});

describe('reviewWithDefaults', () => {
  it.each(PRIMITIVES)("%s: agno's defaults", (primitive) => {
    expect(reviewWithDefaults(primitive)).toEqual({
      requiresConfirmation: false,
      requiresUserInput: false,
      allowMultipleSelections: false,
      requiresOutputReview: false,
      requiresIterationReview: false,
      onReject: primitive === 'Condition' ? 'else_branch' : 'skip',
      maxRetries: 3,
      onTimeout: 'cancel',
    });
  });

  it('keeps what is set, takes undefined as not set, and tells an onError that was said', () => {
    const review = reviewWithDefaults('Step', {
      requiresConfirmation: true,
      onReject: undefined as never,
      onError: 'fail',
      timeout: '5 minutes',
    });
    expect(review).toMatchObject({ requiresConfirmation: true, onReject: 'skip', onError: 'fail', timeoutMs: 300_000 });
    expect(review).not.toHaveProperty('timeout');
    expect(reviewWithDefaults('Step')).not.toHaveProperty('onError');
    expect(reviewWithDefaults('Step')).not.toHaveProperty('timeoutMs');
  });
});
