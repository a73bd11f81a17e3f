/** Checks the input of a run against its schema; the same code in the client, at the start of a run, and for a nested workflow. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { InputSchema } from '../define/definition.ts';
import { asJson } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { accept, type Checked, refuse } from './checked.ts';
import { checkJsonSchema } from './user-input.ts';

/** The input as the schema gives it back (with its defaults), or one sentence about what is wrong. Never throws. */
export async function checkInput(schema: InputSchema | undefined, input: unknown): Promise<Checked<Json>> {
  try {
    if (schema === undefined) return accept(asJson(input));
    if (!isStandardSchema(schema)) return checkJsonSchema(schema, asJson(input));
    const checked = await checkStandardSchema(schema, input);
    return checked.ok ? accept(asJson(checked.value)) : checked;
  } catch (error) {
    return refuse(problemOf(error));
  }
}

/** The value as the schema gives it back, or one sentence about all that is wrong with it. Never throws. */
export async function checkStandardSchema<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
): Promise<Checked<Output>> {
  try {
    const result = await schema['~standard'].validate(value);
    return result.issues ? refuse(sentenceOf(result.issues)) : accept(result.value);
  } catch (error) {
    return refuse(problemOf(error));
  }
}

/** Issues that are told; thousands of rows may be wrong. */
const ISSUES_LIMIT = 20;

/** Issues of a Standard Schema as one sentence. */
export function sentenceOf(issues: readonly StandardSchemaV1.Issue[]): string {
  const more = issues.length > ISSUES_LIMIT ? `; and ${issues.length - ISSUES_LIMIT} more` : '';
  return issues.slice(0, ISSUES_LIMIT).map(sentence).join('; ') + more;
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'its schema cannot be applied';
}

function isStandardSchema(schema: InputSchema): schema is StandardSchemaV1 {
  return '~standard' in schema && typeof schema['~standard'] === 'object';
}

function sentence({ path = [], message }: StandardSchemaV1.Issue): string {
  const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return (at === '' ? message : `${at}: ${message}`).slice(0, 300);
}
