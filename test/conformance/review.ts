/** agno's HumanReview fields as holdpoint's: snake_case to camelCase, and the few values that are written otherwise. */
import type { StepReview } from 'holdpoint/workflow';
import type { Fields, JsonValue } from './format.ts';
import { pyStr } from './python.ts';

/** Any review: a field that its primitive cannot have must arrive there and be refused. */
export function review(fields: Fields): StepReview {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([key, value]) => [camel(key), reviewValue(key, value)]));
}

function reviewValue(key: string, value: JsonValue): unknown {
  if (key === 'timeout' && typeof value === 'number') return `${value}s`;
  if (key === 'on_reject' && value === 'else') return 'else_branch';
  if (key === 'requires_output_review') return isContains(value) ? contentContains(value.contains) : value;
  if (key === 'user_input_schema' && Array.isArray(value)) return value.map((field) => inputField(field as Fields));
  return value;
}

/** agno's `value` of a field is where an answer is kept: one that a definition gives is dropped, and is no default. */
function inputField({ value: _, ...field }: Fields): object {
  const given = Object.entries(field).filter(([, entry]) => entry !== null);
  return Object.fromEntries(given.map(([key, entry]) => [key === 'field_type' ? 'type' : camel(key), entry]));
}

export function isContains(value: JsonValue | undefined): value is { contains: string } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.contains === 'string';
}

/** A container without content holds nothing: in agno its content is a summary, and no 'None'. */
export function contentContains(text: string): (output: Reviewed) => boolean {
  return ({ content, steps = [] }) => (content !== null || steps.length === 0) && contains(content, text);
}

interface Reviewed {
  readonly content: unknown;
  readonly steps?: readonly unknown[];
}

/** No content is 'None' in Python, and may hold the text like any other. */
export function contains(content: unknown, text: string): boolean {
  return pyStr(content).includes(text);
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
