/** Checks the input of a run against its schema; the same code in the client, at the start of a run, and for a nested workflow. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { InputSchema } from '../define/definition.ts';
import { asJson } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { type Checked, checkJsonSchema } from './user-input.ts';

/** The input as the schema gives it back (with its defaults), or one sentence about what is wrong. Never throws. */
export async function checkInput(schema: InputSchema | undefined, input: unknown): Promise<Checked<Json>> {
  try {
    if (schema === undefined) return { ok: true, value: asJson(input) };
    if (!isStandardSchema(schema)) return checkJsonSchema(schema, asJson(input));
    const result = await schema['~standard'].validate(input);
    if (result.issues) return { ok: false, problem: result.issues.map(sentence).join('; ') };
    return { ok: true, value: asJson(result.value) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'its schema cannot be applied' };
  }
}

function isStandardSchema(schema: InputSchema): schema is StandardSchemaV1 {
  return '~standard' in schema && typeof schema['~standard'] === 'object';
}

function sentence({ path = [], message }: StandardSchemaV1.Issue): string {
  const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return at === '' ? message : `${at}: ${message}`;
}
