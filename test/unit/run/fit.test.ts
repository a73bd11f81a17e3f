/** Whatever a run's data weigh, its output fits, and says where something is left out. */
import { expect, test } from 'vitest';
import type { StepOutput } from '../../../workflows/define/step-output.ts';
import { fitted } from '../../../workflows/run/fit.ts';
import type { StepRequirement } from '../../../workflows/protocol/requirement.ts';
import type { RunOutput } from '../../../workflows/protocol/run-output.ts';
import { requirementFields, runFields } from '../../support/requirement.ts';

const LIMIT = 100_000;
const LONG = 'ü'.repeat(30_000);
const SMALL = 'x'.repeat(300);

function run({ stepRequirements = [], ...more }: Partial<RunOutput>): RunOutput {
  return runFields(stepRequirements, more);
}

function step(fields: Partial<StepOutput>): StepOutput {
  return { name: 'step', type: 'Step', content: 'small', success: true, ...fields };
}

function asked(fields: Partial<StepRequirement>): StepRequirement {
  return requirementFields(fields.kind ?? 'confirmation', fields);
}

function many<T>(count: number, each: T): T[] {
  return Array.from({ length: count }, () => each);
}

const CASES: readonly [string, Partial<RunOutput>][] = [
  ['contents', { content: LONG, stepResults: many(10, step({ content: LONG })) }],
  ['what functions report as errors', { stepResults: many(10, step({ error: LONG })) }],
  ['children of outputs', { stepResults: [step({ type: 'Loop', steps: many(1_000, step({ content: SMALL })) })] }],
  ['a few large values of the session state', { sessionState: { a: LONG, b: LONG, c: LONG } }],
  ['many small ones', { sessionState: Object.fromEntries(many(1_000, SMALL).map((value, key) => [key, value])) }],
  ['what was shown', { stepRequirements: many(10, asked({ output: LONG, resolution: 'confirmed' })) }],
  [
    'what was said, and shown again with the next question',
    {
      stepRequirements: many(
        10,
        asked({ resolution: 'rejected', rejectionFeedback: LONG, previousFeedback: LONG, message: LONG }),
      ),
    },
  ],
  ['what is shown now', { status: 'paused', stepRequirements: many(10, asked({ output: LONG, message: LONG })) }],
  [
    'tool calls',
    {
      stepRequirements: many(
        3,
        asked({
          kind: 'executor',
          tools: many(5, { toolCallId: 'c', toolName: 't', kind: 'confirmation', args: LONG, note: LONG }),
        }),
      ),
    },
  ],
  [
    'a hundred answers',
    { stepRequirements: many(100, asked({ message: SMALL, resolution: 'rejected', input: LONG })) },
  ],
];

test.each(CASES)('%s', (_, fields) => {
  const output = fitted(run(fields), LIMIT);
  expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(LIMIT);
  expect(output).toMatchObject({ runId: 'run-1', truncated: true });
  expect(output.stepResults).toHaveLength(fields.stepResults?.length ?? 0);
  expect(output.stepRequirements).toHaveLength(fields.stepRequirements?.length ?? 0);
});

test('a field that is there without a value is no reason to fail', () => {
  const stepRequirements = many(3, { ...asked({ input: LONG }), output: undefined as never });
  expect(fitted(run({ stepRequirements }), LIMIT).truncated).toBe(true);
});

test('what fits stays as it is', () => {
  const output = run({ content: LONG.slice(0, 1_000), stepResults: [step({})] });
  expect(fitted(output, LIMIT)).toBe(output);
});

test('what a human has yet to decide about is shortened after the rest', () => {
  const open = asked({ output: LONG });
  const stepRequirements = [asked({ output: LONG, resolution: 'confirmed' }), open];
  const output = fitted(
    run({ status: 'paused', stepRequirements, stepResults: many(3, step({ content: LONG })) }),
    LIMIT,
  );
  expect(output.stepRequirements[1]).toEqual(open);
});
