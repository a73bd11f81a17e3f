/** The arguments of a run, whoever started it: checked before anything else happens. */
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowDefinition } from '../define/definition.ts';
import { wellFormed } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { FAILURE } from '../protocol/failure.ts';
import { optionsProblem } from '../protocol/run-options.ts';
import type { RunOptions } from '../protocol/run-output.ts';
import { checkInput } from '../protocol/input-schema.ts';
import { type Durable, waitFor } from '../human/durable.ts';
import { withStacks } from '../human/stacks.ts';

/** The input as the schema gives it back (with its defaults). @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function* checkedInput({ name, inputSchema }: WorkflowDefinition, input: unknown): Durable<Json> {
  const checked = yield* waitFor(withStacks(() => checkInput(inputSchema, input)));
  if (!checked.ok) throw invalid(`The input of workflow '${name}' does not fit its schema: ${checked.problem}`);
  return checked.value;
}

/** @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function checkedOptions(options: unknown): RunOptions {
  const problem = optionsProblem(options);
  if (problem !== undefined) throw invalid(problem);
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== null));
}

function invalid(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message: wellFormed(message), type: FAILURE.invalidInput, nonRetryable: true });
}
