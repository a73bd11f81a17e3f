/** The arguments of a run, whoever started it: checked before anything else happens. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { WorkflowDefinition } from '../define/definition.ts';
import { describe } from '../define/human-review.ts';
import { wellFormed } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { FAILURE } from '../protocol/failure.ts';
import type { RunOptions } from '../protocol/run-output.ts';
import { checkInput } from '../protocol/input-schema.ts';
import { type Durable, waitFor } from '../human/durable.ts';

/** The input as the schema gives it back (with its defaults). @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function* checkedInput({ name, inputSchema }: WorkflowDefinition, input: unknown): Durable<Json> {
  const checked = yield* waitFor(checkInput(inputSchema, input));
  if (!checked.ok) throw invalid(`The input of workflow '${name}' does not fit its schema: ${checked.problem}`);
  return checked.value;
}

/** A search attribute holds at most 255 characters everywhere. */
const ID_LIMIT = 255;

/** @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function checkedOptions(options: unknown): RunOptions {
  if (options === undefined || options === null) return {};
  if (!isObject(options)) throw invalid(`The options of a run are an object, got ${describe(options)}`);
  for (const [key, value] of Object.entries(options)) {
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key as keyof RunOptions] : undefined;
    if (kind === undefined) {
      throw invalid(`The options of a run have no '${key.slice(0, 80)}'; they are ${Object.keys(KINDS).join(', ')}`);
    }
    if (value === undefined || value === null) continue;
    if (kind === 'object' ? !isObject(value) : !isId(value)) {
      const wanted = kind === 'object' ? 'an object' : `a string of 1 to ${ID_LIMIT} characters`;
      throw invalid(`The option '${key}' of a run must be ${wanted}, got ${describe(value)}`);
    }
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}

const KINDS: { readonly [K in keyof Required<RunOptions>]: 'string' | 'object' } = {
  sessionId: 'string',
  userId: 'string',
  additionalData: 'object',
  sessionState: 'object',
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_LIMIT;
}

function invalid(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message: wellFormed(message), type: FAILURE.invalidInput, nonRetryable: true });
}
