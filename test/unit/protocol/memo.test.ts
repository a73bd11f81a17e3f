import { describe, expect, it } from 'vitest';
import { PREVIEW_LIMIT, toMemo } from '../../../workflows/protocol/memo.ts';
import type { StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { requirementFields } from '../../support/requirement.ts';

const run = { status: 'paused', workflowName: 'w', sessionId: 's', sequence: 0 } as const;
const requirement = (part: Partial<StepRequirement> = {}): StepRequirement => ({
  id: 'a#confirmation',
  digest: 'd1',
  kind: 'confirmation',
  pauseKind: 'step',
  path: 'a',
  stepName: 'a',
  stepType: 'Step',
  topLevelStep: 'a',
  onReject: 'skip',
  onTimeout: 'cancel',
  retryCount: 0,
  maxRetries: 3,
  requiresConfirmation: true,
  requiresUserInput: false,
  requiresOutputReview: false,
  requiresRouteSelection: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...part,
});
const brief = (part: Partial<StepRequirement>) => toMemo(run, [requirement(part)], []).open[0]!;
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

describe('the memo of a run', () => {
  it('says the status, what is open and what was decided', () => {
    const decided = [['a#confirmation', 'decision-1']] as const;
    expect(toMemo(run, [], decided)).toEqual({ version: 1, ...run, open: [], openCount: 0, decided });
  });

  it('shows of a bare requirement what an answer needs, and no key without a value', () => {
    expect(brief({})).toEqual({
      id: 'a#confirmation',
      digest: 'd1',
      kind: 'confirmation',
      stepName: 'a',
      stepType: 'Step',
      topLevelStep: 'a',
      retryCount: 0,
      createdAt: '2026-01-01T00:00:00.000Z',
      onTimeout: 'cancel',
    });
  });

  it('shows message, choices, schema, feedback and deadline where there are any', () => {
    const part = {
      message: 'Really?',
      availableChoices: ['a', 'b'],
      allowMultipleSelections: true,
      userInputSchema: [{ name: 'n' }],
      previousFeedback: 'shorter',
      timeoutAt: '2026-01-02T00:00:00.000Z',
    };
    expect(brief(part)).toMatchObject(part);
  });

  it('previews the output where there is one, else the input', () => {
    expect(brief({ input: { a: 1 } }).preview).toBe('{"a":1}');
    expect(brief({ input: { a: 1 }, output: 'text' }).preview).toBe('"text"');
    expect(brief({ input: 'IN', output: null }).preview).toBe('"IN"');
  });
});

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

describe('its bounds', () => {
  it('a preview has at most 2 KB', () => {
    expect(PREVIEW_LIMIT).toBe(2048);
    const preview = brief({ output: 'x'.repeat(1_900_000) }).preview!;
    expect(bytesOf(preview)).toBe(PREVIEW_LIMIT);
    expect(preview.endsWith('…')).toBe(true);
    for (const letter of ['ü', '漢', '🙂']) {
      const cut = brief({ output: letter.repeat(100_000) }).preview!;
      expect(bytesOf(cut)).toBeLessThanOrEqual(PREVIEW_LIMIT);
      expect(cut).toMatch(new RegExp(`^"${letter}{500,}…$`, 'u'));
    }
    expect(brief({ output: 'x'.repeat(PREVIEW_LIMIT - 2) }).preview!.endsWith('"')).toBe(true);
  });

  it('messages and feedback are cut', () => {
    const { message, previousFeedback } = brief({ message: 'm'.repeat(5000), previousFeedback: 'f'.repeat(5000) });
    expect([message!.length, previousFeedback!.length]).toEqual([500, 500]);
  });

  it('a schema that is longer than a preview is left out, a shorter one is whole', () => {
    const field = (index: number) => ({ name: `field_${index}`, description: 'x'.repeat(50) });
    expect(brief({ userInputSchema: many(100, field) })).not.toHaveProperty('userInputSchema');
    expect(brief({ userInputSchema: many(5, field) }).userInputSchema).toHaveLength(5);
  });

  it('lists are counted: 50 choices, 20 open requirements, 50 decisions – the oldest open, the newest decided', () => {
    expect(brief({ availableChoices: many(80, String) }).availableChoices).toEqual(many(50, String));
    const open = many(30, (index) => requirement({ id: `n${index}#confirmation` }));
    const memo = toMemo(
      run,
      open,
      many(70, (index) => [`n${index}`, `d${index}`] as const),
    );
    expect(memo.openCount).toBe(30);
    expect(memo.open.map(({ id }) => id)).toEqual(open.slice(0, 20).map(({ id }) => id));
    expect(memo.decided[0]).toEqual(['n20', 'd20']);
    expect(memo.decided.at(-1)).toEqual(['n69', 'd69']);
  });

  it('the largest one stays far below what Temporal takes', () => {
    const largest = requirement({
      message: 'ü'.repeat(9_000),
      previousFeedback: 'ü'.repeat(9_000),
      output: 'ü'.repeat(90_000),
      availableChoices: many(80, (index) => `${index}`.padEnd(200, 'x')),
      userInputSchema: [{ name: 'n', description: 'x'.repeat(1_900) }],
    });
    const tool = (index: number) => ({
      ...{
        toolCallId: `call ${index}`,
        toolName: 'fill',
        kind: 'user_input' as const,
        args: { q: '漢'.repeat(9_000) },
      },
      userInputSchema: { type: 'object' as const, properties: { seat: { description: '漢'.repeat(600) } } },
    });
    for (const each of [largest, requirement({ kind: 'executor', tools: many(40, tool) })]) {
      const memo = toMemo(
        run,
        many(200, () => each),
        [],
      );
      expect(bytesOf(JSON.stringify(memo))).toBeLessThan(512 * 1024);
    }
  });

  it('the schemas of tool calls are shown as long as there is room for them, those of calls that still wait first', () => {
    const userInputSchema = { type: 'object' as const, properties: { seat: { description: 'x'.repeat(1_800) } } };
    const tools = many(10, (index) => ({
      ...{ toolCallId: `c${index}`, toolName: 'fill', kind: 'user_input' as const, args: {}, userInputSchema },
      ...(index < 2 ? { resolution: 'confirmed' as const } : {}),
    }));
    const shown = brief({ kind: 'executor', tools }).tools!.filter((tool) => tool.userInputSchema);
    expect(shown.map(({ toolCallId }) => toolCallId)).toEqual(['c2', 'c3', 'c4', 'c5']);
    const long = { type: 'object' as const, properties: { seat: { description: '漢'.repeat(700) } } };
    expect(brief({ kind: 'executor', tools: [{ ...tools[2]!, userInputSchema: long }] }).tools![0]).not.toHaveProperty(
      'userInputSchema',
    );
  });
});

it('shows the tool calls that still wait before those that are answered, and how many there are', () => {
  const tools = Array.from({ length: 25 }, (_, index) => ({
    ...{ toolCallId: `c${index}`, toolName: 'pay', kind: 'confirmation' as const, args: { index } },
    ...(index < 20 ? { resolution: 'confirmed' as const } : {}),
  }));
  const requirement = requirementFields('executor', { tools });
  const { open } = toMemo({ status: 'paused', workflowName: 'w', sessionId: 's', sequence: 0 }, [requirement], []);
  expect(open[0]!.toolCount).toBe(25);
  expect(open[0]!.tools!.map(({ toolCallId }) => toolCallId).slice(0, 6)).toEqual([
    'c20',
    'c21',
    'c22',
    'c23',
    'c24',
    'c0',
  ]);
  expect(open[0]!.tools).toHaveLength(20);
});
