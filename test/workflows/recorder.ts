/** Functions that write down each of their calls. A test reads the list with the query `calls`. */
import { defineQuery, setHandler } from '@temporalio/workflow';
import type { StepInput } from 'holdpoint/workflow';

export interface Call {
  readonly step: string;
  readonly path: string;
  readonly input: unknown;
  readonly prev: unknown;
  readonly data: Readonly<Record<string, unknown>>;
  readonly key: string;
}

// Each run evaluates its own copy of this module.
const calls: Call[] = [];

/**
 * A function that answers `name#n` in its n-th call under this name, or what `respond` makes of it; like any function
 * inside a workflow, it is called again in a replay, so the list is the same there.
 */
export function rec(respond?: (n: number, input: StepInput) => unknown) {
  return (input: StepInput): unknown => {
    const n = note(input);
    return respond ? respond(n, input) : `${input.stepName}#${n}`;
  };
}

/** An evaluator or selector that is written down as `name?`. */
export function recDecision<T>(decide: (input: StepInput) => T) {
  return (input: StepInput): T => {
    note(input, '?');
    return decide(input);
  };
}

/** Fails in its first calls, and then is well. */
export const failing = (times = 1) =>
  rec((n, { stepName }) => {
    if (n <= times) throw new Error(`${stepName} boom ${n}`);
    return `${stepName}#${n}`;
  });

function note(
  { stepName, path, input, previousStepContent, additionalData, idempotencyKey }: StepInput,
  mark = '',
): number {
  setHandler(defineQuery('calls'), () => calls);
  const step = `${stepName}${mark}`;
  calls.push({ step, path, input, prev: previousStepContent, data: { ...additionalData }, key: idempotencyKey });
  return calls.filter((call) => call.step === step).length;
}
