/** Whatever a signal brings: nothing throws, and nothing is resolved by anything but a valid decision (H2–H5). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDecision } from '../../../workflows/human/answer-rules.ts';
import { readSignal } from '../../../workflows/human/read-answer.ts';
import { REFUSED_LIMIT, Requirements } from '../../../workflows/human/requirements.ts';
import type { RequirementKind, RequirementRequest } from '../../../workflows/protocol/requirement.ts';
import { CONTINUE_RUN, type Decision, PEOPLE_SIGNALS } from '../../../workflows/protocol/signals.ts';

const KINDS: readonly RequirementKind[] = [
  ...(['confirmation', 'user_input', 'confirmation+user_input', 'output_review', 'iteration_review'] as const),
  ...(['route', 'executor', 'error'] as const),
];
const AT = new Date(0);
const request = (kind: RequirementKind): RequirementRequest => ({
  ...{
    kind,
    path: 'n',
    stepName: 'n',
    stepType: 'Step',
    topLevelStep: 'n',
    onReject: 'skip',
    retryCount: 0,
    maxRetries: 3,
  },
  onTimeout: 'cancel',
  ...(kind === 'route' ? { availableChoices: ['a', 'b'] } : {}),
  ...(kind.includes('user_input') ? { userInputSchema: [{ name: 'v', type: 'int' as const }] } : {}),
});

/** One open requirement of each kind. */
function asked(): Requirements {
  const requirements = new Requirements('execution');
  for (const kind of KINDS) requirements.ask(request(kind), AT, undefined);
  return requirements;
}

const ids = asked().open.map(({ id }) => id);
const digests = asked().open.map(({ digest }) => digest);

const signalName = fc.constantFrom(CONTINUE_RUN, ...Object.keys(PEOPLE_SIGNALS));
const nasty = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'timeout',
  'TIMEOUT',
  '',
  '\ud83d',
);
const json = fc.oneof(fc.jsonValue({ maxDepth: 4 }), nasty, fc.constant(undefined)) as fc.Arbitrary<unknown>;

/** Nearly right, so that the deep checks are reached as well. */
const decision = fc.record(
  {
    requirement: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: json }),
    digest: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...digests) }, { weight: 1, arbitrary: json }),
    action: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('confirm', 'reject', 'edit', 'input', 'select', 'retry', 'skip', 'result'),
      },
      { weight: 1, arbitrary: json },
    ),
    feedback: fc.oneof(fc.string(), json),
    output: json,
    values: fc.oneof(fc.constant({ v: 1 }), fc.record({ v: json }), json),
    choices: fc.oneof(fc.constant(['a']), fc.array(fc.constantFrom('a', 'b', 'c')), json),
    by: fc.oneof(fc.string(), json),
    decisionId: fc.oneof(fc.string(), json),
    tools: json,
    __proto__: json,
  },
  { requiredKeys: [] },
);
const argument = fc.oneof(
  { weight: 1, arbitrary: json },
  { weight: 3, arbitrary: decision as fc.Arbitrary<unknown> },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        decisionId: fc.oneof(fc.string(), json),
        by: fc.oneof(fc.string(), json),
        decisions: fc.oneof(fc.array(fc.oneof(decision, json)), json),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<unknown>,
  },
);

/** What each kind of pause takes for an answer, written down a second time, from the table of semantics §4. */
function isValid(kind: RequirementKind, { requirement: _, digest: __, action, ...said }: Decision): boolean {
  const { feedback, output, values, choices } = said;
  const only = (...keys: string[]) =>
    Object.entries(said).every(([key, value]) => value === undefined || keys.includes(key));
  const fits = (given: unknown) =>
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.keys(given).join() === 'v' &&
    Number.isSafeInteger((given as { v: unknown }).v);
  if (action === 'reject')
    return kind !== 'executor' && only('feedback') && (feedback === undefined || typeof feedback === 'string');
  switch (kind) {
    case 'confirmation':
      return action === 'confirm' && only();
    case 'user_input':
      return action === 'input' && only('values') && fits(values);
    case 'confirmation+user_input':
      return action === 'confirm' && only('values') && fits(values);
    case 'output_review':
    case 'iteration_review':
      return (action === 'confirm' && only()) || (action === 'edit' && only('output') && output !== undefined);
    case 'route':
      return (
        action === 'select' &&
        only('choices') &&
        Array.isArray(choices) &&
        choices.length === 1 &&
        ['a', 'b'].includes(choices[0]!)
      );
    case 'error':
      return (action === 'retry' || action === 'skip') && only();
    case 'executor':
      return false;
  }
}

describe('whatever a signal brings', () => {
  test('readSignal never throws, and says something about everything it does not take', () => {
    fc.assert(
      fc.property(signalName, fc.oneof(argument, fc.anything()), (signal, given) => {
        const { decisions, problems, by, decisionId } = readSignal(signal, given);
        expect(decisions.length + problems.length).toBeGreaterThan(0);
        for (const { problem, requirement } of problems) {
          expect(problem.length).toBeGreaterThan(4);
          expect(requirement?.length ?? 0).toBeLessThanOrEqual(200);
        }
        for (const each of decisions) {
          expect(typeof each.requirement === 'string' && each.requirement !== '').toBe(true);
          expect(each.digest === undefined || typeof each.digest === 'string').toBe(true);
        }
        expect(by?.trim().toLowerCase() === 'timeout' && decisions.length > 0).toBe(false);
        expect(decisionId).not.toBe('');
      }),
      { numRuns: 5000 },
    );
  });

  test('a requirement is resolved by the first valid decision about it, and by nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(signalName, argument), { maxLength: 12 }), (signals) => {
        const requirements = asked();
        const expected = new Map<string, Decision>();
        let refusedCount = 0;
        for (const [signal, given] of signals) {
          for (const each of readSignal(signal, given).decisions) {
            const before = requirements.get(each.requirement);
            const takes =
              before !== undefined &&
              before.resolution === undefined &&
              (each.digest === undefined || each.digest === before.digest) &&
              isValid(before.kind, each);
            const answered = requirements.answer(each, { signal, at: AT.toISOString() });
            expect(answered).toBe(takes ? 'accepted' : 'refused');
            if (takes) expected.set(each.requirement, each);
            else refusedCount += 1;
          }
        }
        expect(
          requirements.all
            .filter(({ resolution }) => resolution !== undefined)
            .map(({ id }) => id)
            .sort(),
        ).toEqual([...expected.keys()].sort());
        expect(requirements.open).toHaveLength(KINDS.length - expected.size);
        expect(requirements.refused.count).toBe(refusedCount);
        expect(requirements.refused.newest).toHaveLength(Math.min(refusedCount, REFUSED_LIMIT));
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test('checkDecision never throws, whatever the fields hold', () => {
    const everything = asked();
    fc.assert(
      fc.property(fc.constantFrom(...ids), decision, (id, given) => {
        const requirement = everything.get(id)!;
        const [read] = readSignal(CONTINUE_RUN, {
          decisionId: 'd',
          decisions: [{ ...given, by: undefined, requirement: id }],
        }).decisions;
        if (read) expect(checkDecision(requirement, read).ok).toBe(isValid(requirement.kind, read));
      }),
      { numRuns: 3000 },
    );
  });

  test('an answer that is nested too deep, too large, or no JSON, is one sentence', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    const circular: Record<string, unknown> = { requirement: 'n#confirmation' };
    circular.output = circular;
    const large = { requirement: 'n#confirmation', output: 'x'.repeat(600_000) };
    for (const given of [{ output: deep }, circular, large, { output: 1n }]) {
      expect(readSignal('editOutput', given)).toEqual({
        decisions: [],
        problems: [{ problem: expect.stringMatching(/^[^\n]{10,100}$/) }],
      });
    }
  });
});
