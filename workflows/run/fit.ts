/**
 * Makes a run output fit into one payload. A run must be able to end, and to be read, whatever its data weigh; what is
 * left out is named by `truncated`, and is still in the run's history.
 */
import { cut } from '../define/cut.ts';
import { jsonBytes } from '../define/json.ts';
import type { Json, StepOutput } from '../define/step-output.ts';
import { inBrief } from '../human/requirements.ts';
import type { StepRequirement } from '../protocol/requirement.ts';
import type { RunOutput } from '../protocol/run-output.ts';

/** The output itself where it fits, else with ever more of it shortened. @param limit bytes of its JSON */
export function fitted(output: RunOutput, limit: number): RunOutput {
  let fitting = output;
  for (const lighter of STAGES) {
    if (jsonBytes(fitting) <= limit) return fitting;
    fitting = { ...lighter(fitting), truncated: true };
  }
  return fitting;
}

/** What a human has yet to decide about is shortened late. */
const STAGES: readonly ((output: RunOutput) => RunOutput)[] = [
  withResolved(withoutShown),
  (output) => withResolved(shortened)(shortened(output)),
  (output) => ({ ...output, stepRequirements: output.stepRequirements.map(shortened) }),
  (output) => ({
    ...withResolved(inBrief)(output),
    stepResults: output.stepResults.map(({ steps: _, ...own }) => own),
    sessionState: {},
  }),
];

function withResolved(lighter: (resolved: StepRequirement) => StepRequirement) {
  return (output: RunOutput): RunOutput => ({
    ...output,
    stepRequirements: output.stepRequirements.map((each) => (each.resolution === undefined ? each : lighter(each))),
  });
}

/** What was under review is not needed once it is resolved: its digest stays. */
function withoutShown(requirement: StepRequirement): StepRequirement {
  const { input: _input, output: _output, userInputSchema: _schema, tools, ...rest } = requirement;
  return tools ? { ...rest, tools: tools.map(({ userInputSchema: _each, ...tool }) => tool) } : rest;
}

/** Characters that a shortened value keeps: of a text, or of its JSON. */
const PREVIEW = 500;

/** How a field is shortened, whatever has it: the run, an output, a requirement, a tool call. */
const SHORTENED: Readonly<Record<string, (value: never) => unknown>> = {
  content: preview,
  input: preview,
  output: preview,
  editedOutput: preview,
  args: preview,
  result: preview,
  userInput: (values: Json) => ({ preview: preview(values) }),
  sessionState: (state: object) => Object.fromEntries(Object.entries(state).map(([key, each]) => [key, preview(each)])),
  // The run's own, an object, is short.
  error: (error: string | object) => (typeof error === 'string' ? excerpt(error) : error),
  message: excerpt,
  note: excerpt,
  previousFeedback: excerpt,
  rejectionFeedback: excerpt,
  stepResults: (outputs: StepOutput[]) => outputs.map(shortened),
  steps: (outputs: StepOutput[]) => outputs.map(shortened),
  tools: (tools: object[]) => tools.map(shortened),
};

function shortened<T extends object>(value: T): T {
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    field === undefined ? field : (SHORTENED[name]?.(field as never) ?? field),
  ]);
  return Object.fromEntries(fields) as T;
}

/** A small value as it is, a large one as the beginning of its JSON. */
function preview(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= PREVIEW ? value : excerpt(text);
}

function excerpt(text: string): string {
  return cut(text, PREVIEW);
}
