/** The form for values: one question per field, each checked while it is entered. */
import { defined } from '../../workflows/define/defined.ts';
import { isRecord } from '../../workflows/define/json.ts';
import type { UserInputField } from '../../workflows/define/user-input-schema.ts';
import type { Json } from '../../workflows/define/step-output.ts';
import { checkUserInput } from '../../workflows/protocol/user-input.ts';
import type { Requirement } from '../requirement.ts';
import type { ToolRequirement } from '../tool-requirement.ts';
import type { Prompts } from './prompts.ts';

type Values = Readonly<Record<string, Json>>;

/** What is left empty is left out. @throws {Stopped} */
export async function askForValues(
  { userInputSchema: schema }: Pick<Requirement | ToolRequirement, 'userInputSchema'>,
  prompts: Prompts,
): Promise<Values> {
  const fields =
    schema && (Array.isArray(schema) ? (schema as readonly UserInputField[]) : fieldsOf(schema as Properties));
  if (!fields) return askForObject(prompts);
  const values: Record<string, Json> = {};
  for (const field of fields) {
    const value = await askForField(field, prompts);
    if (value !== undefined) values[field.name] = value;
  }
  return values;
}

/** As much of a JSON Schema as a form can show; the requirement itself checks the rest. */
interface Properties {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}
interface Property {
  readonly type?: unknown;
  readonly description?: string;
  readonly enum?: readonly Json[];
  readonly default?: Json;
}

const TYPES: Readonly<Record<string, NonNullable<UserInputField['type']>>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  array: 'list',
};

/** `undefined` where the schema does not list its fields. */
function fieldsOf({ properties, required = [] }: Properties): UserInputField[] | undefined {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) return undefined;
  return entries.map(([name, { type, description, enum: allowedValues, default: standard }]) =>
    defined({
      name,
      // Of several types or none, JSON can say which.
      type: typeof type === 'string' ? (TYPES[type] ?? 'dict') : 'dict',
      required: required.includes(name) && standard === undefined,
      ...{ description, allowedValues, default: standard },
    }),
  );
}

async function askForField(field: UserInputField, prompts: Prompts): Promise<Json | undefined> {
  const { name, type = 'str', description, allowedValues, required = true, default: standard } = field;
  const optional = required && standard === undefined ? '' : ' (optional)';
  const message = `${name}${description === undefined ? '' : `: ${description}`}${optional}`;
  if (allowedValues) {
    const choices = allowedValues.map((value) => ({ value: value as Json | undefined, label: asText(value) }));
    const none = optional && standard === undefined ? [{ value: undefined, label: '(leave it out)' }] : [];
    const initial = choices.findIndex(({ label }) => standard !== undefined && label === asText(standard));
    return prompts.one(message, [...choices, ...none], initial);
  }
  if (type === 'bool' && required) return prompts.yes(message, { initial: standard !== false });
  const check = (typed: string) => problemOf(field, parseAs(type, typed));
  const typed = await prompts.text(message, check, standard === undefined ? undefined : asText(standard));
  const value = parseAs(type, typed);
  return value === '' ? undefined : value;
}

function problemOf(field: UserInputField, value: Json): string | undefined {
  const { type, ...any } = field;
  // What comes of a JSON Schema's odd types is checked with the whole.
  const checked = checkUserInput([type === 'dict' ? any : field], { [field.name]: value });
  return checked.ok || (type === 'dict' && value !== '') ? undefined : checked.problem;
}

async function askForObject(prompts: Prompts): Promise<Values> {
  const check = (typed: string) => {
    const value = parseAs('dict', typed);
    return isRecord(value) ? undefined : 'a JSON object, { "field": … }';
  };
  return parseAs('dict', await prompts.text('Values, as a JSON object', check)) as Values;
}

/** What was typed, as the type asked for; what does not read as that type stays text, for the check to refuse. */
function parseAs(type: NonNullable<UserInputField['type']>, typed: string): Json {
  const value = typed.trim();
  if (type === 'str' || value === '') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
