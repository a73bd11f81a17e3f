/**
 * Valid answers with one thing wrong, by every signal: what is not meant is never resolved, and what has been refused
 * leaves no trace but a bounded record (H2 to H5).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../workflows/define/step-output.ts';
import { readSignal } from '../../../workflows/human/read-answer.ts';
import { REFUSED_LIMIT, Requirements } from '../../../workflows/human/requirements.ts';
import type { RequirementKind, RequirementRequest } from '../../../workflows/protocol/requirement.ts';
import { CONTINUE_RUN, PEOPLE_SIGNALS } from '../../../workflows/protocol/signals.ts';
import { hostileJson, hostileText } from '../../support/hostile-text.ts';

const AT = new Date(0);

const request = (kind: RequirementKind): RequirementRequest => ({
  ...{ kind, path: `all/${kind}`, stepName: kind, stepType: 'Step', topLevelStep: 'all', onReject: 'skip' },
  ...{ retryCount: 0, maxRetries: 3, onTimeout: 'cancel' },
  ...(kind === 'route' ? { availableChoices: ['a', 'b'] } : {}),
  ...(kind.includes('user_input') ? { userInputSchema: [{ name: 'v', type: 'int' as const }] } : {}),
  ...(kind === 'executor'
    ? { tools: [{ toolCallId: 'a', toolName: 'pay', kind: 'confirmation', args: { euros: 1 } }] as const }
    : {}),
});

/** The right answer to each kind, by the signal that a person sends. */
const RIGHT = {
  confirmation: ['approve', {}],
  user_input: ['provideInput', { values: { v: 1 } }],
  'confirmation+user_input': ['approve', { values: { v: 1 } }],
  output_review: ['editOutput', { output: 'mine' }],
  iteration_review: ['reject', { feedback: 'again' }],
  route: ['selectRoute', { choices: ['a'] }],
  executor: ['approve', { toolCall: 'a' }],
  error: ['retryStep', {}],
} as const satisfies Record<RequirementKind, readonly [keyof typeof PEOPLE_SIGNALS, object]>;
const KINDS = Object.keys(RIGHT) as RequirementKind[];

function asked(execution = 'execution'): Requirements {
  const requirements = new Requirements(execution);
  for (const kind of KINDS) requirements.ask(request(kind), AT, undefined);
  return requirements;
}
const SHOWN = new Map(asked().open.map(({ kind, id, digest }) => [kind, { id, digest }]));
const idOf = (kind: RequirementKind) => SHOWN.get(kind)!.id;
const digestOf = (kind: RequirementKind) => SHOWN.get(kind)!.digest;

const state = ({ all }: Requirements) => JSON.stringify(all);
const send = (requirements: Requirements, signal: string, given: unknown): void => {
  const { decisions, problems, by, decisionId } = readSignal(signal, given);
  const sender = { signal, at: AT.toISOString(), ...(by === undefined ? {} : { by }) };
  for (const { problem, requirement } of problems) requirements.refuse('malformed', problem, sender, requirement);
  for (const decision of decisions) requirements.answer(decision, { ...sender, ...(decisionId ? { decisionId } : {}) });
};

/** Looks the same, or nearly. */
const lookAlike = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    ...[text.toUpperCase(), ` ${text}`, `${text} `, `${text}\n`, `${text}\0`, `${text}\u200b`, `\u202e${text}`],
    ...[
      text.replace('a', '\u0430'),
      text.replace('o', '\u03bf'),
      text.replace('#', '\uff03'),
      `${text}~1`,
      `${text}~2`,
    ],
    ...[text.normalize('NFD').replace('i', 'i\u0307'), text.replace('/', '//'), text.replace('/', '%2F'), `./${text}`],
  );

/** A Python dataclass, or a Go struct, in which nothing is set. */
const UNSET = {
  ...{ digest: null, feedback: null, output: null, values: null, choices: null },
  ...{ toolCall: null, tools: null, result: null, action: null },
};

test.each(KINDS)(
  '%s: the right answer is taken, by its signal and by continueRun, also with nulls beside it',
  (kind) => {
    const [signal, said] = RIGHT[kind];
    const { action } = PEOPLE_SIGNALS[signal];
    const answer = { requirement: idOf(kind), digest: digestOf(kind), ...said };
    const answers = [answer, { ...UNSET, ...answer }, { ...UNSET, ...answer, digest: null }];
    const told = answers.flatMap((each) => [
      [signal, { decisionId: 'd', by: 'ann', ...each }],
      [CONTINUE_RUN, { decisionId: 'd', by: 'ann', decisions: [{ ...each, action }] }],
    ]) as [string, object][];
    const results = told.map(([by, given]) => {
      const requirements = asked();
      send(requirements, by, given);
      expect(requirements.open).toHaveLength(KINDS.length - 1);
      expect(requirements.refused.count).toBe(0);
      return requirements.get(idOf(kind))!;
    });
    expect(results[0]!.resolution).toBeDefined();
    for (const each of results) expect(each).toEqual(results[0]);
  },
);

test('nulls in the answers to several calls say nothing, but for the result of one that runs elsewhere', () => {
  const call = { toolName: 't', args: {} };
  const tools = [
    { ...call, toolCallId: 'a', kind: 'confirmation' as const },
    { ...call, toolCallId: 'b', kind: 'external_execution' as const },
    { ...call, toolCallId: 'c', kind: 'confirmation' as const },
  ];
  const requirements = new Requirements('execution');
  const { id } = requirements.ask({ ...request('executor'), tools }, AT, undefined);
  const unset = { note: null, values: null, result: null };
  const said = {
    a: { ...unset, action: 'confirm' },
    b: { ...unset, action: 'result' },
    c: { ...unset, action: 'reject' },
  };
  send(requirements, CONTINUE_RUN, { decisionId: 'd', decisions: [{ ...UNSET, requirement: id, tools: said }] });
  const { tools: answered } = requirements.get(id)!;
  expect(answered).toMatchObject([
    { resolution: 'confirmed' },
    { resolution: 'confirmed', result: null },
    { resolution: 'rejected' },
  ]);
  expect(answered![2]).not.toHaveProperty('note');
});

test('the answers to several calls are of a continueRun, and a people’s signal is told so', () => {
  const requirements = asked();
  send(requirements, 'approve', { requirement: idOf('executor'), tools: { a: { action: 'confirm' } } });
  expect(requirements.open).toHaveLength(KINDS.length);
  expect(requirements.refused.newest[0]!.reason).toMatch(/of a `continueRun`/);
});

test('null is what an edit may say, and no result of a call that may have run', () => {
  const requirements = asked();
  send(requirements, 'editOutput', { ...UNSET, requirement: idOf('output_review') });
  expect(requirements.get(idOf('output_review'))).toMatchObject({ resolution: 'edited', editedOutput: null });
  const { id } = requirements.ask({ ...request('error'), mayHaveRun: true, toolCallId: 'a' }, AT, undefined);
  send(requirements, 'skipStep', { ...UNSET, requirement: id });
  expect(requirements.get(id)).toMatchObject({ resolution: 'skipped' });
  expect(requirements.get(id)).not.toHaveProperty('result');
});

test.each([17, 'x'.repeat(201), { id: 'd' }, ['d'], false])(
  'a decision id that nobody would find in the record is refused: %j',
  (decisionId) => {
    const requirements = asked();
    send(requirements, 'approve', { requirement: idOf('confirmation'), decisionId });
    expect(requirements.open).toHaveLength(KINDS.length);
    expect(requirements.refused.newest[0]!.reason).toMatch(/`decisionId` must be a string of 1 to 200 characters/);
    for (const none of [null, ''])
      send(requirements, 'approve', { requirement: idOf('confirmation'), decisionId: none });
    expect([requirements.open.length, requirements.refused.count]).toEqual([KINDS.length - 1, 2]);
  },
);

test.each(Object.keys(PEOPLE_SIGNALS))('%s with the action of another says neither', (signal) => {
  for (const action of ['confirm', 'reject', 'skip', 'approve', ['confirm'], { toString: 1 }, 1]) {
    if (action === PEOPLE_SIGNALS[signal as keyof typeof PEOPLE_SIGNALS].action) continue;
    for (const kind of KINDS) {
      const requirements = asked();
      send(requirements, signal, { requirement: idOf(kind), digest: digestOf(kind), ...RIGHT[kind][1], action });
      expect(requirements.open).toHaveLength(KINDS.length);
      expect(requirements.refused.newest[0]!.reason).toMatch(new RegExp(`^'${signal}' says '\\w+', not `));
    }
  }
});

test.each(KINDS)('%s: with an id or a digest that only looks like it, nothing changes', (kind) => {
  const [signal, said] = RIGHT[kind];
  const ids = fc.oneof(lookAlike(idOf(kind)), hostileText, hostileJson).filter((id) => id !== idOf(kind));
  const digests = fc
    .oneof(lookAlike(digestOf(kind)), fc.constant(''), hostileText)
    .filter((digest) => digest !== digestOf(kind));
  fc.assert(
    fc.property(ids, digests, (id, digest) => {
      const requirements = asked();
      const before = state(requirements);
      send(requirements, signal, { requirement: id, ...said });
      send(requirements, signal, { requirement: idOf(kind), digest, ...said });
      const other = asked('another execution').open.find((each) => each.kind === kind)!;
      send(requirements, signal, { requirement: other.id, digest: other.digest, ...said });
      expect(state(requirements)).toBe(before);
      expect(requirements.refused.count).toBe(3);
    }),
  );
});

test('with one more key, or one of another type, the answer changes nothing or is another valid one to the same', () => {
  const keys = ['feedback', 'output', 'values', 'choices', 'toolCall', 'tools', 'result', 'by', 'digest', 'decisions'];
  const strange = ['__proto__', 'constructor', 'resolution', 'resolvedBy', 'path', 'kind', 'toString', 'approved'];
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.constantFrom(...Object.keys(PEOPLE_SIGNALS), CONTINUE_RUN),
      fc.constantFrom(...keys, ...strange),
      hostileJson,
      (kind, signal, key, value) => {
        const requirements = asked();
        const [own, said] = RIGHT[kind];
        const changed = Object.defineProperty({ requirement: idOf(kind), ...said }, key, {
          value,
          enumerable: true,
        });
        const { action } = PEOPLE_SIGNALS[own];
        const given = signal === CONTINUE_RUN ? { decisionId: 'd', decisions: [{ ...changed, action }] } : changed;
        send(requirements, signal, given);
        for (const other of KINDS.filter((each) => each !== kind)) expect(requirements.isOpen(idOf(other))).toBe(true);
        if (strange.includes(key)) expect(requirements.isOpen(idOf(kind))).toBe(true);
        const { resolvedBy, resolution } = requirements.get(idOf(kind))!;
        if (key !== 'by') expect(resolvedBy).toBeUndefined();
        expect(['cancelled', 'withdrawn']).not.toContain(resolution);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      },
    ),
    { numRuns: 800 },
  );
});

test('the same id twice in one signal: the first valid answer, and a refusal', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.integer({ min: 2, max: 1000 }), (kind, times) => {
      const requirements = asked();
      const [signal, said] = RIGHT[kind];
      const one = { requirement: idOf(kind), action: PEOPLE_SIGNALS[signal].action, ...said };
      send(requirements, CONTINUE_RUN, { decisionId: 'd', decisions: Array.from({ length: times }, () => one) });
      expect(requirements.open).toHaveLength(KINDS.length - 1);
      expect(requirements.refused.count).toBe(times - 1);
    }),
    { numRuns: 50 },
  );
});

test('whatever is refused, however often, the record of it is bounded', () => {
  const sender = fc.record(
    { by: hostileText, decisionId: hostileText, requirement: hostileText },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(PEOPLE_SIGNALS), CONTINUE_RUN), sender), { maxLength: 60 }),
      fc.nat(100_000),
      (signals, length) => {
        const requirements = asked();
        const before = state(requirements);
        for (const [signal, each] of signals) {
          send(requirements, signal, { ...each, values: 'x'.repeat(length), nothing: null as Json });
        }
        expect(state(requirements)).toBe(before);
        expect(requirements.refused.count).toBe(signals.length);
        expect(requirements.refused.newest.length).toBeLessThanOrEqual(REFUSED_LIMIT);
        expect(JSON.stringify(requirements.refused).length).toBeLessThan(REFUSED_LIMIT * 6 * 1300);
      },
    ),
    { numRuns: 100 },
  );
});
