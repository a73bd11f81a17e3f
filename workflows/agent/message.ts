/** What an agent is asked: the previous content, else the workflow's input; then what humans said. agno's wording. */
import { isRecord } from '../define/json.ts';
import { contentAsText, type StepInput } from '../define/step-input.ts';
import { isNothing, type Json, type StepOutput } from '../define/step-output.ts';

export function messageOf(input: StepInput): string {
  const { userInput, previousOutput, rejectionFeedback } = input.additionalData;
  const preferences = Object.entries(userInput ?? {}).map(([name, value]) => `- ${name}: ${contentAsText(value)}`);
  return [
    taskOf(input),
    ...(preferences.length === 0 ? [] : [`User preferences:\n${preferences.join('\n')}`]),
    ...(isNothing(previousOutput) ? [] : [`Your previous output:\n${contentAsText(previousOutput!)}`]),
    ...(rejectionFeedback === undefined ? [] : [`Feedback from reviewer:\n${rejectionFeedback}`]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function taskOf(input: StepInput): string {
  const { previousStepContent, previousStepOutputs } = input;
  if (isNothing(previousStepContent)) return input.getInputAsString() ?? '';
  const text = contentAsText(previousStepContent);
  return isOfParallel(Object.values(previousStepOutputs), text) ? (sectionsOf(previousStepContent) ?? text) : text;
}

/** A Parallel's content by child; `undefined` where a reviewer has made something else of it. */
function sectionsOf(content: Json): string | undefined {
  if (!isRecord(content)) return undefined;
  return Object.entries(content)
    .map(([name, each]) => `=== ${name} ===\n${contentAsText(each)}`)
    .join('\n\n');
}

/** Is it a Parallel's content? The order of the outputs does not tell which was the last: a name keeps its place. */
function isOfParallel(outputs: readonly StepOutput[], text: string): boolean {
  return outputs.some(
    ({ type, content, steps = [] }) =>
      (type === 'Parallel' && contentAsText(content) === text) || isOfParallel(steps, text),
  );
}
