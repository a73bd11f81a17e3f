/** What an agent is asked: the previous content, else the workflow's input; then what humans said. agno's wording. */
import { contentAsText, type StepInput } from '../define/step-input.ts';
import { hasContent, isNothing, type Json, type StepOutput } from '../define/step-output.ts';

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
  const sections = isOfParallel(Object.values(previousStepOutputs)) ? sectionsOf(previousStepContent) : undefined;
  return sections ?? contentAsText(previousStepContent);
}

/** A Parallel's content by child; `undefined` where a reviewer has made something else of it. */
function sectionsOf(content: Json): string | undefined {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  return Object.entries(content)
    .map(([name, each]) => `=== ${name} ===\n${contentAsText(each)}`)
    .join('\n\n');
}

/** Does the last content come from a Parallel? */
function isOfParallel(outputs: readonly StepOutput[]): boolean {
  const last = outputs.findLast(hasContent);
  return last !== undefined && (last.type === 'Parallel' || isOfParallel(last.steps ?? []));
}
