/** What a human is asked to enter: a list of fields, or a JSON Schema of an object. */
import { DefinitionError } from './definition-error.ts';
import { isRecord } from './json.ts';
import type { Json } from './step-output.ts';

/** agno's field types. `float` accepts whole numbers; `int` and `float` refuse booleans. */
export const FIELD_TYPES = ['str', 'int', 'float', 'bool', 'list', 'dict'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export interface UserInputField {
  readonly name: string;
  /** Default `str`. */
  readonly type?: FieldType;
  readonly description?: string;
  /** Default true. Undefined, null and "" count as missing. */
  readonly required?: boolean;
  readonly allowedValues?: readonly Json[];
  /** Taken when the human leaves the field out. */
  readonly default?: Json;
}

/** A JSON Schema of an object. */
export interface ObjectJsonSchema {
  readonly type: 'object';
  readonly [keyword: string]: Json;
}

export type UserInputSchema = readonly UserInputField[] | ObjectJsonSchema;

const FIELD_KEYS = ['name', 'type', 'description', 'required', 'allowedValues', 'default'];

/** @throws {DefinitionError} */
export function checkUserInputSchema(schema: unknown, path: string): void {
  let json: string | undefined;
  try {
    json = JSON.stringify(schema);
  } catch {
    throw new DefinitionError(path, 'userInputSchema must be JSON, without bigints and cycles.');
  }
  if (Array.isArray(schema)) {
    const names = new Set<string>();
    for (const field of schema) {
      checkField(field, path);
      if (names.has(field.name)) throw new DefinitionError(path, `userInputSchema has two fields '${field.name}'.`);
      names.add(field.name);
    }
    return;
  }
  // A zod schema has that `type` too, and as a JSON Schema would take anything; what zod writes as one has these keys.
  const isJsonSchema = isRecord(schema) && (!('~standard' in schema) || '$schema' in schema || 'properties' in schema);
  if (!isJsonSchema || schema.type !== 'object') {
    throw new DefinitionError(
      path,
      `userInputSchema must be a list of fields or a JSON Schema with type 'object' (zod: z.toJSONSchema(schema)), got ${json?.slice(0, 80)}.`,
    );
  }
  if (/"format":"url"/.test(json!)) {
    throw new DefinitionError(path, "userInputSchema has the format 'url', which is no standard; use 'uri'.");
  }
}

function checkField(field: unknown, path: string): asserts field is UserInputField {
  const { name, type, allowedValues, required } = (field ?? {}) as UserInputField;
  if (typeof name !== 'string' || name === '') throw new DefinitionError(path, 'a userInputSchema field needs a name.');
  const unknownKey = Object.keys(field as object).find((key) => !FIELD_KEYS.includes(key));
  if (unknownKey !== undefined) {
    throw new DefinitionError(
      path,
      `userInputSchema field '${name}' has no option '${unknownKey}'; it takes ${FIELD_KEYS.join(', ')}.`,
    );
  }
  if (type !== undefined && !FIELD_TYPES.includes(type)) {
    throw new DefinitionError(
      path,
      `userInputSchema field '${name}' has type '${type}'; use ${FIELD_TYPES.join(', ')}.`,
    );
  }
  if (allowedValues !== undefined && (!Array.isArray(allowedValues) || allowedValues.length === 0)) {
    throw new DefinitionError(path, `userInputSchema field '${name}': allowedValues must be a list with values.`);
  }
  if (required !== undefined && typeof required !== 'boolean') {
    throw new DefinitionError(path, `userInputSchema field '${name}': required must be a boolean.`);
  }
}
