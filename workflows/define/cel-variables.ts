/**
 * What an expression sees, with agno's names and shapes, and what its result means. Pure data, without the interpreter:
 * the compiler always carries this, `cel-js` only who writes `cel('…')`.
 */
import { StepInput, type StepInputData } from './step-input.ts';
import { type Json, lastContent, type StepOutput } from './step-output.ts';

/** Variables of a Condition: the step's input, contents as text. */
export function stepInputVariables(data: StepInputData): Record<string, unknown> {
  const { previousStepContent, previousStepOutputs, additionalData, sessionState } = data;
  return {
    input: new StepInput(data).getInputAsString() ?? '',
    previous_step_content: asText(previousStepContent),
    previous_step_outputs: contents(Object.values(previousStepOutputs)),
    additional_data: additionalData,
    session_state: sessionState,
  };
}

/** Variables of a Router: a Condition's and the names of the choices. */
export function routerVariables(data: StepInputData, choices: readonly string[]): Record<string, unknown> {
  return { ...stepInputVariables(data), step_choices: choices };
}

/** Variables of a Loop after an iteration: its outputs, and which one it was (1-based). */
export function loopVariables(
  outputs: readonly StepOutput[],
  currentIteration: number,
  maxIterations: number,
): Record<string, unknown> {
  return {
    current_iteration: currentIteration,
    max_iterations: maxIterations,
    all_success: outputs.every((output) => output.success),
    last_step_content: asText(lastContent(outputs)),
    step_outputs: contents(outputs),
  };
}

/** A result as a yes or no, as Python sees it: 0, "", null and what is empty are no. */
export function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A result as names of choices: one, or a list. */
export function asChoices(value: unknown): string[] {
  return [value].flat().map(String);
}

/** Names to contents; of two outputs with one name the newer. */
function contents(outputs: readonly StepOutput[]): Record<string, string> {
  return Object.fromEntries(outputs.map((output) => [output.name, asText(output.content)]));
}

function asText(content: Json): string {
  if (typeof content === 'string') return content;
  return content === null || content === undefined ? '' : spacedJson(content);
}

/** JSON with a space after `,` and `:`, as agno's expressions find it. */
function spacedJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${spacedJson(entry)}`);
  return `{${entries.join(', ')}}`;
}
