/** Checks what a human entered against the schema that was shown; the same code in the client and in the workflow. */
import { type ValidationResult, Validator } from '@cfworker/json-schema';
import { asJson, isRecord, jsonBytes } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { accept, type Checked, refuse } from './checked.ts';
import type { FieldType, ObjectJsonSchema, UserInputField, UserInputSchema } from '../define/user-input-schema.ts';

/** Some keywords take quadratic time, and a check must never outlast the sandbox's limit of five seconds. */
const SCHEMA_VALUES_LIMIT = 16 * 1024;

type Values = Readonly<Record<string, Json>>;

/** The values with defaults filled in, or one sentence that names the first field that is wrong. */
export function checkUserInput(schema: UserInputSchema | undefined, values: unknown): Checked<Values> {
  if (!isRecord(values)) return refuse('values must be an object, one key per field');
  if (schema === undefined) return accept(values as Values);
  if (isFieldList(schema)) return checkFields(schema, values as Values);
  if (jsonBytes(values) > SCHEMA_VALUES_LIMIT) {
    return refuse(`values have at most ${SCHEMA_VALUES_LIMIT} bytes of JSON where a JSON Schema checks them`);
  }
  const problem = fieldProblem(schema, values as Values);
  return problem === undefined ? checkJsonSchema(schema, values as Values) : refuse(problem);
}

/** The most frequent mistakes, in the words that a list of fields has for them. */
function fieldProblem(schema: ObjectJsonSchema, values: Values): string | undefined {
  const { properties, required, additionalProperties } = schema;
  const known = Object.keys((properties ?? {}) as object);
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown !== undefined && additionalProperties === false) return unknownField(unknown, known);
  const needed = (Array.isArray(required) ? required : []) as string[];
  const takesNull = (key: string) =>
    checkJsonSchema(((properties ?? {}) as Record<string, object>)[key] ?? {}, null).ok;
  const missing = needed.find((key) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    return isMissing(value) && !(value === null && takesNull(key));
  });
  return missing === undefined ? undefined : `field '${missing}' is required`;
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function unknownField(name: string, known: readonly string[]): string {
  return `unknown field '${name.slice(0, 80)}'; the fields are ${known.join(', ')}`;
}

function isFieldList(schema: UserInputSchema): schema is readonly UserInputField[] {
  return Array.isArray(schema);
}

/** Checks a value against a JSON Schema without generating code, so also in the workflow sandbox. */
export function checkJsonSchema<T>(schema: object, value: T): Checked<T> {
  const { valid, errors } = validate(schema, value);
  if (valid) return accept(value);
  const { instanceLocation = '#', error = 'does not fit the schema' } = errors.at(-1) ?? {};
  const where = instanceLocation === '#' ? 'value' : instanceLocation.replace(/^#\//, '').replaceAll('/', '.');
  return refuse(`${where}: ${error.replace(/\.$/, '')}`);
}

/** Never throws: what cannot be checked – a `$ref` that leads nowhere, a broken pattern – is not accepted. */
function validate(schema: object, value: unknown): Pick<ValidationResult, 'valid' | 'errors'> {
  try {
    // A copy: the validator writes into the schema that it gets, which may be frozen.
    return new Validator(JSON.parse(JSON.stringify(schema)), '2020-12', true).validate(value);
  } catch (error) {
    const problem = `cannot be checked, the schema is wrong (${(error as Error).message.split('\n')[0]})`;
    return { valid: false, errors: [{ keyword: '', keywordLocation: '', instanceLocation: '#', error: problem }] };
  }
}

function checkFields(fields: readonly UserInputField[], values: Values): Checked<Values> {
  const known = new Set(fields.map((field) => field.name));
  const unknown = Object.keys(values).find((key) => !known.has(key));
  if (unknown !== undefined) return refuse(unknownField(unknown, [...known]));
  const checked = new Map<string, Json>();
  for (const field of fields) {
    const given = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    const value = isMissing(given) ? field.default : given;
    if (value === undefined || value === null) {
      if (field.required !== false) return refuse(`field '${field.name}' is required`);
      if (given !== undefined) checked.set(field.name, given);
      continue;
    }
    const problem = problemOf(field, value);
    if (problem) return refuse(`field '${field.name}' ${problem}`);
    checked.set(field.name, value);
  }
  // In the order in which they were given, which texts made of them show; then the defaults.
  const names = [...Object.keys(values), ...checked.keys()].filter((name) => checked.has(name));
  // A default is the definition's own: what an executor does with it must not change that.
  return accept(asJson(Object.fromEntries(names.map((name) => [name, checked.get(name)]))) as Values);
}

const TYPE_CHECKS: Record<FieldType, (value: Json) => boolean> = {
  str: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  float: (value) => typeof value === 'number' && Number.isFinite(value),
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  dict: isRecord,
};

function problemOf(field: UserInputField, value: Json): string | undefined {
  const { type = 'str', allowedValues } = field;
  if (!TYPE_CHECKS[type](value)) return `must be ${type}, got ${JSON.stringify(value).slice(0, 80)}`;
  const wanted = JSON.stringify(value);
  if (allowedValues && !allowedValues.some((allowed) => JSON.stringify(allowed) === wanted)) {
    return `must be one of ${allowedValues.map((allowed) => JSON.stringify(allowed)).join(', ')}`;
  }
  return undefined;
}
