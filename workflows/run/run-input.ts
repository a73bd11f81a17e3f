/** The arguments of a run, whoever started it: checked before anything else happens. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { InputSchema, WorkflowDefinition } from '../define/definition.ts';
import { describe } from '../define/human-review.ts';
import { FAILURE } from '../protocol/failure.ts';
import type { RunOptions } from '../protocol/run-output.ts';
import { checkJsonSchema } from '../protocol/user-input.ts';

/** The input as the schema gives it back (with its defaults). @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export async function checkedInput({ name, inputSchema }: WorkflowDefinition, input: unknown): Promise<unknown> {
  if (inputSchema === undefined) return input ?? null;
  const result = await validate(inputSchema, input);
  if ('problem' in result) throw invalid(`The input of workflow '${name}' does not fit its schema: ${result.problem}`);
  return result.value;
}

async function validate(schema: InputSchema, input: unknown): Promise<{ value: unknown } | { problem: string }> {
  if (!('~standard' in schema) || typeof schema['~standard'] !== 'object') {
    const checked = checkJsonSchema(schema, input ?? null);
    return checked.ok ? { value: checked.value } : { problem: checked.problem };
  }
  const standard = schema['~standard'] as import('@standard-schema/spec').StandardSchemaV1['~standard'];
  const result = await standard.validate(input);
  if (!result.issues) return { value: result.value };
  const [issue] = result.issues;
  const at = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return { problem: `${at ? `${at}: ` : ''}${issue?.message ?? 'invalid'}` };
}

/** A search attribute holds at most 255 characters everywhere. */
const ID_LIMIT = 255;

/** @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function checkedOptions(options: unknown): RunOptions {
  if (options === undefined || options === null) return {};
  if (!isObject(options)) throw invalid(`The options of a run are an object, got ${describe(options)}`);
  for (const [key, value] of Object.entries(options)) {
    const kind = KINDS[key as keyof RunOptions];
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
  return ApplicationFailure.create({ message, type: FAILURE.invalidInput, nonRetryable: true });
}
