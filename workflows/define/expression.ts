/** An evaluator written as text. Only its type is here: the CEL interpreter comes with `holdpoint/workflow/cel`. */

/** A compiled expression: inert data with the one function that reads it. */
export interface Expression {
  readonly kind: 'cel';
  readonly source: string;
  /** @throws when a variable is missing or of the wrong type; the node then has an error. */
  readonly evaluate: (variables: Readonly<Record<string, unknown>>) => unknown;
}

export function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && (value as Expression).kind === 'cel';
}
