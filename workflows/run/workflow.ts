/** `workflow()`: from a definition to a real Temporal workflow function. */
import { attachDefinition } from '../define/definition.ts';
import { defineWorkflow, type WorkflowOptions } from '../define/workflow.ts';
import type { RunOptions, RunOutput } from '../protocol/run-output.ts';
import { executeRun } from './execute.ts';

/** A Temporal workflow function: any client can start it with `[input, options?]`, and its result is the run output. */
// `any`: without a type argument it is any of them
export type HoldpointWorkflow<Input = any> = (input: Input, options?: RunOptions) => Promise<RunOutput>;

/**
 * Compiles a definition. Export it under its name: with Temporal, the export's name is the workflow's type.
 * @throws {DefinitionError} when the module loads, naming the node that cannot be
 * @example
 * export const dataPipeline = workflow({ name: 'dataPipeline', steps: [step({ name: 'fetch', executor: fetchData })] });
 */
// `any`: without a type argument or a Standard Schema, any input is taken
export function workflow<Input = any>(options: WorkflowOptions<Input>): HoldpointWorkflow<Input> {
  const definition = defineWorkflow(options);
  // A third argument comes only from the run itself, when it continues as new.
  const run = (input: Input, runOptions?: RunOptions, carried?: unknown) =>
    executeRun(definition, input, runOptions, carried);
  return attachDefinition<HoldpointWorkflow<Input>>(run, definition);
}
