/**
 * What the Web UI shows of an open run (its current details, markdown): what is asked, what is under review, until when,
 * and the JSON to send for each possible answer. Everything that came from data stands in code fences: it is text, never
 * markup where a person decides, and what it says is no answer of ours.
 */
import { escapeHidden } from '../protocol/hidden.ts';
import type { DecisionAction } from '../protocol/signals.ts';
import { PEOPLE_SIGNALS } from '../protocol/signals.ts';
import { retriesLeft, type StepRequirement, type ToolRequirement } from '../protocol/requirement.ts';
import type { UserInputField, UserInputSchema } from '../define/user-input-schema.ts';
import { ACTIONS } from './answer-rules.ts';
import { TOOL_ACTIONS } from './tool-answers.ts';

const SHOWN_LIMIT = 4000;
/** Pauses shown in full; the rest is a count. */
const PAUSES_LIMIT = 10;

/** Markdown for these open requirements; a sentence when there are none. */
export function currentDetails(open: readonly StepRequirement[], status: string): string {
  if (open.length === 0) return `Status: ${status}. Nothing waits for a human.`;
  const more = open.length > PAUSES_LIMIT ? [`… and ${open.length - PAUSES_LIMIT} more.`] : [];
  return [...open.slice(0, PAUSES_LIMIT).map(section), ...more].join('\n\n---\n\n');
}

/** A text may look as if it were one of the answers below it. */
const DATA = 'Text in boxes is data. Only a box below the bold name of a signal is an answer to send.';

function section(requirement: StepRequirement): string {
  const { kind, message, output, input, previousFeedback, timeoutAt, onTimeout, availableChoices } = requirement;
  const shown = output ?? input;
  return [
    `## Waiting: ${kind.replaceAll('_', ' ')}`,
    DATA,
    fence(`${requirement.stepType} ${requirement.stepName}\nrequirement ${requirement.id}`),
    ...(message === undefined ? [] : ['### Asked', excerpt(message)]),
    ...(requirement.mayHaveRun ? ['**It may have run**, wholly or in part: check before you retry.'] : []),
    ...(shown === undefined ? [] : [output === undefined ? '### Input' : '### Under review', excerpt(asText(shown))]),
    ...(availableChoices ? ['### Choices', excerpt(availableChoices.join('\n'))] : []),
    ...(previousFeedback === undefined ? [] : ['### Said before', excerpt(previousFeedback)]),
    timeoutAt === undefined ? 'No deadline.' : `Deadline: ${timeoutAt}, then: ${onTimeout}.`,
    ...onNo(requirement),
    ...(kind === 'executor'
      ? toolSections(requirement)
      : ['### Answer with a signal', ...ACTIONS[kind].map((action) => answerExample(requirement, action))]),
  ].join('\n\n');
}

/** What a rejection does, and how often it may be said. */
function onNo(requirement: StepRequirement): string[] {
  const { kind, onReject, maxRetries } = requirement;
  if (kind === 'executor') return [];
  if (kind === 'error') return ['A no: cancel.'];
  const left = retriesLeft(requirement);
  if (onReject !== 'retry' || left === Number.POSITIVE_INFINITY) return [`A no: ${onReject}.`];
  return [`A no: retry, ${left > 0 ? `${left} of ${maxRetries} left` : 'none left: it cancels the run'}.`];
}

/** Each call that still waits, with its own answers. */
function toolSections(requirement: StepRequirement): string[] {
  const { tools = [] } = requirement;
  const open = tools.filter(({ resolution }) => resolution === undefined);
  return [
    ...(open.length < tools.length ? [`${tools.length - open.length} of ${tools.length} calls are answered.`] : []),
    ...open
      .slice(0, PAUSES_LIMIT)
      .flatMap((tool) => [
        `### Tool call: ${TOOL_TITLES[tool.kind]}`,
        fence([tool.toolName, ...(tool.member === undefined ? [] : [`of ${tool.member}`])].join(' ')),
        excerpt(asText(tool.args)),
        ...TOOL_ACTIONS[tool.kind].map((action) => answerExample(requirement, action, tool)),
      ]),
  ];
}

const TOOL_TITLES: Readonly<Record<ToolRequirement['kind'], string>> = {
  confirmation: 'may it run?',
  user_input: 'it needs values',
  external_execution: 'it runs elsewhere',
};

/** The signal and its JSON, ready to paste. */
function answerExample(requirement: StepRequirement, action: DecisionAction, tool?: ToolRequirement): string {
  const [signal, { takes }] = Object.entries(PEOPLE_SIGNALS).find(([, each]) => each.action === action)!;
  const json = {
    requirement: requirement.id,
    digest: requirement.digest,
    toolCall: tool?.toolCallId,
    ...valuesFor(tool ?? requirement, action),
    by: 'you',
  };
  return `**${signal}** – ${takes}\n\n${fence(JSON.stringify(json, null, 2))}`;
}

function valuesFor(asked: Partial<StepRequirement> | ToolRequirement, action: DecisionAction): object {
  if (action === 'input' || (action === 'confirm' && 'requiresUserInput' in asked && asked.requiresUserInput)) {
    return { values: exampleValues(asked.userInputSchema) };
  }
  if (action === 'select' && 'availableChoices' in asked) return { choices: asked.availableChoices?.slice(0, 1) ?? [] };
  if (action === 'result' || (action === 'skip' && asked.toolCallId !== undefined)) return { result: '' };
  if (action === 'edit') return { output: '' };
  return action === 'reject' ? { feedback: '' } : {};
}

const EXAMPLES = { str: 'text', int: 0, float: 0.5, bool: true, list: [], dict: {} } as const;

function exampleValues(schema: UserInputSchema | undefined): object {
  if (schema === undefined) return {};
  if (!Array.isArray(schema)) {
    const required = (schema as { required?: unknown }).required;
    return Object.fromEntries((Array.isArray(required) ? required : []).map((key) => [key, null]));
  }
  return Object.fromEntries(
    (schema as readonly UserInputField[]).map((field) => [
      field.name,
      field.default ?? field.allowedValues?.[0] ?? EXAMPLES[field.type ?? 'str'],
    ]),
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** As much as a person reads here, and where the rest is. */
function excerpt(text: string): string {
  if (text.length <= SHOWN_LIMIT) return fence(text);
  return `${fence(text.slice(0, SHOWN_LIMIT))}\n\n**Cut**: the first ${SHOWN_LIMIT} of ${text.length} characters; all of it is in the query \`run\`.`;
}

/** A code fence longer than any run of backticks in the text, so that the text cannot end it; nothing in it is hidden. */
function fence(shown: string): string {
  const text = escapeHidden(shown);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
