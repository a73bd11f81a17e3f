/** Schemas of arguments and answers: a model is told of them as JSON Schema, what it gives is checked by the schema itself. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { asJson, isTooDeep } from '../workflows/define/json.ts';
import type { Json } from '../workflows/define/step-output.ts';

/** zod 4.2 and newer, arktype, valibot with `toStandardJsonSchema`, …: a Standard Schema that can say itself as JSON Schema. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>;

/** The JSON Schema of what the schema takes. @throws where it has none; the message says why */
export function toJsonSchema(schema: Schema): { readonly [keyword: string]: Json } {
  const convert = (schema as Partial<Schema> | undefined)?.['~standard']?.jsonSchema;
  if (typeof convert?.input !== 'function') {
    throw new Error(
      'a Standard Schema that can be written as JSON Schema is needed (zod 4.2 or newer has it built in, zod/mini has not)',
    );
  }
  return asJson(convert.input({ target: 'draft-07' })) as { readonly [keyword: string]: Json };
}

/** The value as the schema gives it back, or what is wrong with it. Never throws. */
export async function issuesOf(
  schema: Schema,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly issues: readonly StandardSchemaV1.Issue[] }> {
  try {
    const result = await schema['~standard'].validate(value);
    return result.issues ? { issues: result.issues } : { value: result.value };
  } catch (error) {
    return { issues: [{ message: error instanceof Error ? error.message : 'the schema cannot be applied' }] };
  }
}

/** The first key of the place that an issue is about; `undefined`: the whole. */
export function fieldOf({ path = [] }: StandardSchemaV1.Issue): string | undefined {
  const [first] = path;
  return first === undefined ? undefined : String(typeof first === 'object' ? first.key : first);
}

/** The value as JSON, where JSON says all of it: no Set, no Map, no class that JSON shows as something else. */
export function asPlainJson(value: unknown): Json | undefined {
  try {
    return !isTooDeep(value) && isPlain(value) ? asJson(value) : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain && Object.values(value).every(isPlain);
}
