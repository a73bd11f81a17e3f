/** What events show of contents, texts, questions and answers: as much as a watcher needs. */
import { defined } from '../define/defined.ts';
import type { Json } from '../define/step-output.ts';
import { type AnsweredTool, EVENT_PREVIEW_LIMIT, type RunEventName } from '../protocol/events.ts';
import { cut, cutBytes } from '../define/cut.ts';
import type { RequirementKind, StepRequirement, ToolRequirement } from '../protocol/requirement.ts';

/** Characters of a text: a question, an error, what somebody said. */
const TEXT_LIMIT = 500;
/** Tool calls that an event shows. */
const TOOLS_LIMIT = 20;

/** The content where it is short, else as much of its JSON as an event shows. */
export function contentFields(content: Json): { readonly content: Json } | { readonly preview: string } {
  const text = JSON.stringify(content);
  const preview = cutBytes(text, EVENT_PREVIEW_LIMIT);
  return preview === text ? { content } : { preview };
}

export function shortText(text: string): string;
export function shortText(text: string | undefined): string | undefined;
export function shortText(text: string | undefined): string | undefined {
  return text && cut(text, TEXT_LIMIT);
}

export const PAUSE_EVENTS = {
  confirmation: 'StepPaused',
  user_input: 'StepPaused',
  'confirmation+user_input': 'StepPaused',
  output_review: 'StepOutputReview',
  iteration_review: 'StepOutputReview',
  route: 'RouterPaused',
  executor: 'StepExecutorPaused',
  error: 'StepError',
} as const satisfies Record<RequirementKind, RunEventName>;

export function pauseData({ id, kind, stepType, message, timeoutAt }: StepRequirement) {
  return defined({ requirement: id, kind, stepType, message: shortText(message), timeoutAt });
}

export function answerData(answered: StepRequirement) {
  const { id, resolution, resolvedBy, rejectionFeedback } = answered;
  const { editedOutput, userInput, selectedChoices, result, tools } = answered;
  return defined({
    ...{ requirement: id, resolution: resolution!, resolvedBy },
    feedback: shortText(rejectionFeedback),
    ...givenFields(editedOutput ?? userInput ?? selectedChoices ?? result),
    tools: tools?.slice(0, TOOLS_LIMIT).map(answeredTool),
  });
}

/** What an answer gave, as much of it as an event shows. */
function givenFields(given: Json | undefined): { readonly given?: Json; readonly givenPreview?: string } {
  if (given === undefined) return {};
  const fields = contentFields(given);
  return 'content' in fields ? { given: fields.content } : { givenPreview: fields.preview };
}

function answeredTool({ toolCallId, toolName, resolution, resolvedBy, note }: ToolRequirement): AnsweredTool {
  return defined({ toolCallId, toolName, resolution: resolution ?? 'open', resolvedBy, note: shortText(note) });
}
