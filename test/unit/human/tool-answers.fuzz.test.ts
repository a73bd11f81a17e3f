/** Whatever a signal says of tool calls: nothing throws, each call gets the first valid answer, and nothing else (H2 to H5). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSignal } from '../../../workflows/human/read-answer.ts';
import { Requirements } from '../../../workflows/human/requirements.ts';
import type { RequirementRequest, ToolRequirement } from '../../../workflows/protocol/requirement.ts';
import { CONTINUE_RUN, type Decision, PEOPLE_SIGNALS } from '../../../workflows/protocol/signals.ts';

const AT = new Date(0);
const values = {
  type: 'object',
  properties: { v: { type: 'integer' } },
  required: ['v'],
  additionalProperties: false,
} as const;
const TOOLS: readonly ToolRequirement[] = [
  { toolCallId: 'a', toolName: 'pay', kind: 'confirmation', args: { euros: 1 } },
  { toolCallId: 'b', toolName: 'book', kind: 'user_input', args: {}, userInputSchema: values },
  { toolCallId: 'c', toolName: 'deploy', kind: 'external_execution', args: null },
];
const request = (tools: readonly ToolRequirement[]): RequirementRequest => ({
  ...{ kind: 'executor', path: 'g', stepName: 'g', stepType: 'Step', topLevelStep: 'g', onReject: 'cancel' },
  ...{ retryCount: 0, maxRetries: 3, onTimeout: 'cancel' },
  tools,
});
const ask = (tools: readonly ToolRequirement[]) => {
  const requirements = new Requirements('execution');
  requirements.ask(request(tools), AT, undefined);
  return requirements;
};
const ID = 'g#executor';

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>('__proto__', 'constructor', '', undefined, null),
) as fc.Arbitrary<unknown>;
const callId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom('d', '__proto__', 'constructor', '') },
);
const fields = {
  note: fc.oneof(fc.string(), json),
  values: fc.oneof(fc.constant({ v: 1 }), json),
  result: json,
};
const action = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('confirm', 'reject', 'input', 'result') },
  { weight: 1, arbitrary: fc.constantFrom('edit', 'select', 'retry', 'skip', 'run', undefined) },
);
const toolDecision = fc.oneof(
  { weight: 6, arbitrary: fc.record({ action, ...fields }, { requiredKeys: ['action'] }) },
  { weight: 1, arbitrary: json },
);
/** An answer as it should be, to one call or to several. */
const right = fc.constantFrom(
  { toolCall: 'a', action: 'confirm' },
  { toolCall: 'a', action: 'reject', feedback: 'no' },
  { toolCall: 'b', action: 'input', values: { v: 1 } },
  { toolCall: 'b', action: 'reject' },
  { action: 'input', values: { v: 2 } },
  { toolCall: 'c', action: 'result', result: [1] },
  { tools: { a: { action: 'confirm' }, b: { action: 'input', values: { v: 3 } } } },
  { tools: { c: { action: 'reject', note: 'x' } } },
);
const wrong = fc.record(
  {
    requirement: fc.constantFrom(ID, ID, ID, 'g#executor~2'),
    action,
    toolCall: fc.oneof(callId, json),
    tools: fc.oneof(fc.dictionary(callId, toolDecision, { maxKeys: 3 }), json),
    feedback: fc.oneof(fc.string(), json),
    values: fields.values,
    result: fields.result,
  },
  { requiredKeys: ['requirement'] },
);
const decision = fc.oneof(
  {
    weight: 1,
    arbitrary: right.map((each) => ({ requirement: ID, ...each })) as fc.Arbitrary<Record<string, unknown>>,
  },
  { weight: 4, arbitrary: wrong as fc.Arbitrary<Record<string, unknown>> },
);

/** Written down a second time, from semantics §3 and §8: does this answer the call? */
function fits({ kind }: ToolRequirement, given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const { action, note, values, result, ...others } = given as Record<string, unknown>;
  if (Object.values(others).some((value) => value !== undefined)) return false;
  const said = (...keys: string[]) =>
    Object.entries({ note, values, result }).every(([key, value]) => value === undefined || keys.includes(key));
  if (action === 'reject') return said('note') && (note === undefined || typeof note === 'string');
  if (kind === 'confirmation') return action === 'confirm' && said();
  if (kind === 'external_execution') return action === 'result' && said('result') && result !== undefined;
  const one = values as { v?: unknown } | null | undefined;
  return (
    action === 'input' &&
    said('values') &&
    typeof one === 'object' &&
    one !== null &&
    !Array.isArray(one) &&
    Object.keys(one).join() === 'v' &&
    Number.isSafeInteger(one.v)
  );
}

/** The calls that a decision answers; `undefined` where it is no answer. */
function answered(open: ReadonlySet<string>, tools: readonly ToolRequirement[], given: Decision): string[] | undefined {
  const { requirement, digest: _, action, toolCall, feedback, tools: several, ...more } = given;
  if (requirement !== ID) return undefined;
  const said = { action, toolCall, feedback, ...more };
  const each: [string, unknown][] =
    several !== undefined
      ? Object.values(said).every((value) => value === undefined)
        ? Object.entries(several)
        : []
      : toolCall !== undefined || tools.length === 1
        ? [[toolCall ?? tools[0]!.toolCallId, { action, note: feedback, ...more }]]
        : [];
  const valid = each.every(([id, answer]) => {
    const tool = tools.find(({ toolCallId }) => toolCallId === id);
    return tool !== undefined && open.has(id) && fits(tool, answer);
  });
  return each.length > 0 && valid ? each.map(([id]) => id) : undefined;
}

describe.each([
  ['three calls', TOOLS],
  ['one call', TOOLS.slice(1, 2)],
] as const)('%s', (_, tools) => {
  test('each gets the first valid answer to it, and nothing else', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 12 }), (decisions) => {
        const requirements = ask(tools);
        const open = new Set(tools.map(({ toolCallId }) => toolCallId));
        for (const [index, each] of decisions.entries()) {
          for (const read of readSignal(CONTINUE_RUN, { decisionId: `${index}`, decisions: [each] }).decisions) {
            const ids = answered(open, tools, read);
            const before = JSON.stringify(requirements.get(ID));
            const sender = { signal: CONTINUE_RUN, decisionId: `${index}`, at: AT.toISOString() };
            expect(requirements.answer(read, sender)).toBe(ids ? 'accepted' : 'refused');
            if (ids) accepted += 1;
            else expect(JSON.stringify(requirements.get(ID))).toBe(before);
            for (const id of ids ?? []) open.delete(id);
            const now = requirements.get(ID)!;
            const resolved = now.tools!.filter(({ resolution }) => resolution !== undefined);
            expect(resolved.map(({ toolCallId }) => toolCallId)).toEqual(
              tools.map(({ toolCallId }) => toolCallId).filter((id) => !open.has(id)),
            );
            expect(now.resolution !== undefined).toBe(open.size === 0);
          }
        }
        expect(({} as Record<string, unknown>).action).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
    // The property would hold of a door that is shut, too.
    expect(accepted).toBeGreaterThan(500);
  });

  test('signals for people never throw, whatever they bring', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(PEOPLE_SIGNALS)), decision, (signal, { action: __, ...given }) => {
        const requirements = ask(tools);
        for (const read of readSignal(signal, given).decisions) {
          const ids = answered(new Set(tools.map(({ toolCallId }) => toolCallId)), tools, read);
          expect(requirements.answer(read, { signal, at: AT.toISOString() })).toBe(ids ? 'accepted' : 'refused');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a deadline', () => {
  const expired = (onTimeout: RequirementRequest['onTimeout'], tools: readonly ToolRequirement[]) => {
    const requirements = new Requirements('execution');
    requirements.ask({ ...request(tools), onTimeout }, AT, 1000);
    requirements.expire(ID, AT);
    const { resolution, tools: now } = requirements.get(ID)!;
    return [resolution, ...now!.map((tool) => tool.resolution)];
  };

  test.each([
    ['approve', TOOLS.slice(0, 1), ['confirmed', 'confirmed']],
    // Values and results cannot be had from a clock: fail closed.
    ['approve', TOOLS.slice(0, 2), ['cancelled', undefined, undefined]],
    ['approve', TOOLS.slice(2), ['cancelled', undefined]],
    ['reject', TOOLS, ['rejected', 'rejected', 'rejected', 'rejected']],
    ['skip', TOOLS, ['rejected', 'rejected', 'rejected', 'rejected']],
    ['cancel', TOOLS, ['cancelled', undefined, undefined, undefined]],
  ] as const)('that says %s answers for every open call', (onTimeout, tools, outcome) => {
    expect(expired(onTimeout, tools)).toEqual(outcome);
  });
});
