/**
 * Makes a run output fit into one payload. A run must be able to end, and to be read, whatever its data weigh; what is
 * left out is named by `truncated`, and is still in the run's history.
 */
import { jsonBytes } from '../define/json.ts';
import { payloadLimit } from '../define/run-limit.ts';
import type { Json, StepOutput } from '../define/step-output.ts';
import { cut } from '../protocol/memo.ts';
import type { StepRequirement, ToolRequirement } from '../protocol/requirement.ts';
import type { RunOutput } from '../protocol/run-output.ts';

/** Characters of JSON that a shortened value keeps. */
const PREVIEW = 500;

/** The output itself where it fits, else with ever more of it shortened. */
export function fitted(output: RunOutput): RunOutput {
  const limit = payloadLimit();
  if (jsonBytes(output) <= limit) return output;
  const lighter: RunOutput = {
    ...output,
    truncated: true,
    stepRequirements: output.stepRequirements.map(withoutShown),
  };
  if (jsonBytes(lighter) <= limit) return lighter;
  const short: RunOutput = {
    ...lighter,
    content: shortened(output.content),
    stepResults: output.stepResults.map(shortenedOutput),
    stepRequirements: lighter.stepRequirements.map((each) => (isOpen(each) ? each : shortenedAnswer(each))),
    sessionState: Object.fromEntries(
      Object.entries(output.sessionState).map(([key, value]) => [key, shortened(value)]),
    ),
  };
  // What a human has yet to decide about goes last.
  if (jsonBytes(short) <= limit) return short;
  return { ...short, stepRequirements: short.stepRequirements.map(shortenedAnswer) };
}

function isOpen({ resolution }: StepRequirement): boolean {
  return resolution === undefined;
}

/** What was under review is not needed once it is resolved: its digest stays. */
function withoutShown(requirement: StepRequirement): StepRequirement {
  if (isOpen(requirement)) return requirement;
  const { input: _input, output: _output, userInputSchema: _schema, tools, ...rest } = requirement;
  return tools ? { ...rest, tools: tools.map(({ userInputSchema: _each, ...tool }) => tool) } : rest;
}

function shortenedAnswer(requirement: StepRequirement): StepRequirement {
  const { input, output, editedOutput, userInput, rejectionFeedback, tools, result, ...rest } = requirement;
  return {
    ...rest,
    ...(tools === undefined ? {} : { tools: tools.map(shortenedTool) }),
    ...(result === undefined ? {} : { result: shortened(result) }),
    ...(input === undefined ? {} : { input: shortened(input) }),
    ...(output === undefined ? {} : { output: shortened(output) }),
    ...(editedOutput === undefined ? {} : { editedOutput: shortened(editedOutput) }),
    ...(userInput === undefined ? {} : { userInput: { preview: shortened(userInput) } }),
    ...(rejectionFeedback === undefined ? {} : { rejectionFeedback: cut(rejectionFeedback, PREVIEW) }),
  };
}

function shortenedTool({ args, userInput, result, note, ...rest }: ToolRequirement): ToolRequirement {
  return {
    ...rest,
    args: shortened(args),
    ...(userInput === undefined ? {} : { userInput: { preview: shortened(userInput) } }),
    ...(result === undefined ? {} : { result: shortened(result) }),
    ...(note === undefined ? {} : { note: cut(note, PREVIEW) }),
  };
}

function shortenedOutput(output: StepOutput): StepOutput {
  const { content, steps, ...rest } = output;
  return { ...rest, content: shortened(content), ...(steps ? { steps: steps.map(shortenedOutput) } : {}) };
}

/** A small value as it is, a large one as the beginning of its JSON. */
function shortened(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= PREVIEW ? value : cut(text, PREVIEW);
}
