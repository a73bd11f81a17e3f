/** What an agent is asked: the previous content, else the workflow's input; then what humans said. agno's wording. */
import { isRecord } from '../define/json.ts';
import { contentAsText, sectionsOf, type StepInput } from '../define/step-input.ts';
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
  const { previousStepContent: content, previousStepOutputs } = input;
  const task = isNothing(content) ? '' : contentAsText(shown(content, Object.values(previousStepOutputs)));
  return task === '' ? (input.getInputAsString() ?? '') : task;
}

/** A Parallel's content is shown by child, unless a reviewer has made something else of it. */
function shown(content: Json, outputs: readonly StepOutput[]): Json {
  return (isRecord(content) ? sectionsIn(outputs, contentAsText(content)) : undefined) ?? content;
}

/**
 * The sections of the Parallel whose content this is, each child's in sections of its own where it ends with a Parallel.
 * The order of the outputs does not tell which was the last: a name keeps its place.
 */
function sectionsIn(outputs: readonly StepOutput[], text: string): string | undefined {
  for (const { type, content, steps = [] } of outputs) {
    const found =
      type === 'Parallel' && contentAsText(content) === text
        ? sectionsOf(steps.map((child) => [child.name, shown(child.content, [child])]))
        : sectionsIn(steps, text);
    if (found !== undefined) return found;
  }
  return undefined;
}
