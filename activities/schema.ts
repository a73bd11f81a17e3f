/** Schemas of arguments and answers: a model is told of them as JSON Schema, what it gives is checked by the schema itself. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { asJson } from '../workflows/define/json.ts';
import type { Json } from '../workflows/define/step-output.ts';

/** zod 4.2 and newer, arktype, valibot with `toStandardJsonSchema`, …: a Standard Schema that can say itself as JSON Schema. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>;

/** The JSON Schema of what the schema takes. @throws where it has none; the message says why */
export function toJsonSchema(schema: Schema): { readonly [keyword: string]: Json } {
  const convert = (schema as Partial<Schema> | undefined)?.['~standard']?.jsonSchema;
  if (typeof convert?.input !== 'function') {
    throw new Error(
      'a Standard Schema that can be written as JSON Schema is needed (zod 4.2 or newer has it built in)',
    );
  }
  return asJson(convert.input({ target: 'draft-07' })) as { readonly [keyword: string]: Json };
}
