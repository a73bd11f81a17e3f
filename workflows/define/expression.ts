/** Evaluators, and those written as text. Only their type is here: the CEL interpreter comes with `holdpoint/workflow/cel`. */
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { isRecord } from './json.ts';
import { pauseOf } from './pause.ts';

/** A compiled expression: inert data with the one function that reads it. */
export interface Expression {
  readonly kind: 'cel';
  readonly source: string;
  /** @throws when a variable is missing or of the wrong type; the node then has an error. */
  readonly evaluate: (variables: Readonly<Record<string, unknown>>) => unknown;
}

/** @param a what else it may be @throws {DefinitionError} for what decides nothing */
export function checkEvaluator(field: string, value: unknown, path: string, a = 'a function'): void {
  if (pauseOf(value)) {
    throw new DefinitionError(path, `${field} is no step, so its pause() asks nobody; put the gate into humanReview.`);
  }
  if (typeof value !== 'function' && !isExpression(value)) {
    throw new DefinitionError(path, `${field} must be ${a} or cel('…'), got ${describe(value)}.`);
  }
}

export function isExpression(value: unknown): value is Expression {
  return isRecord(value) && value.kind === 'cel';
}
