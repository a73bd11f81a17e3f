/** What the events of pauses and answers show of a requirement. */
import { defined } from '../define/defined.ts';
import type { Json } from '../define/step-output.ts';
import type { AnsweredTool, RunEventName } from '../protocol/events.ts';
import { cut } from '../define/cut.ts';
import type { RequirementKind, StepRequirement, ToolRequirement } from '../protocol/requirement.ts';
import { contentFields } from './journal.ts';

/** Characters of a question that an event shows. */
const MESSAGE_LIMIT = 500;
/** Tool calls that an event shows. */
const TOOLS_LIMIT = 20;

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
  return defined({ requirement: id, kind, stepType, message: message && cut(message, MESSAGE_LIMIT), timeoutAt });
}

export function answerData(answered: StepRequirement) {
  const { id, resolution, resolvedBy, rejectionFeedback } = answered;
  const { editedOutput, userInput, selectedChoices, result, tools } = answered;
  return defined({
    ...{ requirement: id, resolution: resolution!, resolvedBy },
    feedback: rejectionFeedback && cut(rejectionFeedback, MESSAGE_LIMIT),
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
  const said = note && cut(note, MESSAGE_LIMIT);
  return defined({ toolCallId, toolName, resolution: resolution ?? 'open', resolvedBy, note: said });
}
