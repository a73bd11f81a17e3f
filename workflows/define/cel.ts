/**
 * `holdpoint/workflow/cel`: evaluators written as text, in Google's Common Expression Language.
 * In its own sub-path, so that only bundles that use it carry the interpreter; it generates no code, as the sandbox demands.
 */
import { Environment } from '@marcbachmann/cel-js';
import { DefinitionError } from './definition-error.ts';
import type { Expression } from './expression.ts';
import { reasonOf } from './reason.ts';

export type { Expression };

/**
 * An evaluator of a Condition, an end condition of a Loop or a selector of a Router.
 *
 * Variables of all three: see {@link ./cel-variables.ts}. Whole numbers are CEL's `int`, all others `double`; a missing
 * key is an error of the node, so ask `has(session_state.draft)` or `'draft' in session_state` first.
 * @example
 * condition({ name: 'large', evaluator: cel('session_state.total > 1000'), steps: [audit] })
 * @throws {DefinitionError} where the text is no CEL, uses a variable that no primitive has, or can never be evaluated.
 */
export function cel(source: string): Expression {
  if (typeof source !== 'string')
    throw new DefinitionError('cel', `an expression must be a string, got ${typeof source}.`);
  const program = parse(source);
  return {
    kind: 'cel',
    source,
    evaluate: (variables) => {
      try {
        return program(toScope(variables));
      } catch (error) {
        throw new Error(`cel('${source}'): ${summary(error)}`, { cause: error });
      }
    },
  };
}

/** What each variable is, of every primitive: `cel()` does not know yet which one it is for. */
const TYPES = {
  input: 'string',
  previous_step_content: 'string',
  previous_step_outputs: 'map<string, string>',
  additional_data: 'map<string, dyn>',
  session_state: 'map<string, dyn>',
  step_choices: 'list<string>',
  current_iteration: 'int',
  max_iterations: 'int',
  all_success: 'bool',
  last_step_content: 'string',
  step_outputs: 'map<string, string>',
} as const;

// Built on the first use: most workflows of a bundle have no expression, and every run evaluates its modules anew.
let environment: Environment | undefined;

function parse(source: string): (scope: Map<string, unknown>) => unknown {
  environment ??= newEnvironment();
  const { valid, error } = environment.check(source);
  if (!valid) throw new DefinitionError(`cel('${source}')`, `${summary(error)}.`);
  return environment.parse(source);
}

function newEnvironment(): Environment {
  const created = new Environment({ homogeneousAggregateLiterals: false });
  for (const [name, type] of Object.entries(TYPES)) created.registerVariable(name, type);
  // JSON has one kind of number: a price of 2.5 is a double and one of 2.0 an int. Without these, `price * 1.1` would
  // work or fail by the luck of the digits.
  const mixed: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  };
  for (const [operator, apply] of Object.entries(mixed)) {
    const handler = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
    created.registerOperator(`int ${operator} double`, handler);
    created.registerOperator(`double ${operator} int`, handler);
  }
  return created;
}

function toScope(variables: Readonly<Record<string, unknown>>): Map<string, unknown> {
  return new Map(Object.entries(variables).map(([name, value]) => [name, toCel(value)]));
}

/** A JSON value as CEL's: maps are Maps, so that no key (`constructor`, `__proto__`) means anything but itself. */
function toCel(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return new Map(entries.map(([key, entry]) => [key, toCel(entry)]));
  }
  return value;
}

/** The first line of an error; the others of a parser's show the place in the source. */
function summary(error: unknown): string {
  return reasonOf(error).split('\n', 1)[0]!;
}
