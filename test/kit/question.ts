/** What is asked, for the person whose test has no answer to it: what a human would see, and what to add to `answers`. */
import type { Requirement } from '../../client/requirement.ts';
import type { ToolRequirement } from '../../client/tool-requirement.ts';
import type { UserInputSchema } from '../../workflows/define/user-input-schema.ts';

const LIMIT = 400;

/** A few lines: id, kind, message, what is shown, and the line to add. */
export function describeQuestion({
  requirement,
  call,
}: {
  readonly requirement: Requirement;
  readonly call?: ToolRequirement;
}): string {
  const { id, kind, stepName, message, input, output, previousFeedback, timeoutAt, onTimeout } = requirement;
  const calls = call ? [call] : requirement.tools.filter(({ isResolved }) => !isResolved);
  return [
    `  ${id} (${kind} of ${stepName})${message === undefined ? '' : `: ${message}`}`,
    ...shown('input', input),
    ...shown('output', output),
    ...shown('feedback before', previousFeedback),
    ...choices(requirement),
    ...fields(requirement.userInputSchema),
    ...calls.flatMap(callLines),
    ...(timeoutAt === undefined ? [] : [`  deadline: ${timeoutAt}, then ${onTimeout}`]),
    `Add to \`answers\`: ${suggestions(requirement, calls)}`,
  ].join('\n');
}

function shown(what: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const text = JSON.stringify(value);
  return [`  ${what}: ${text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text}`];
}

function choices({ availableChoices, allowMultipleSelections }: Requirement): string[] {
  if (availableChoices === undefined) return [];
  return [`  choices: ${availableChoices.join(', ')}${allowMultipleSelections ? ' (several may be taken)' : ''}`];
}

function fields(schema: UserInputSchema | undefined): string[] {
  return schema === undefined ? [] : shown('values', schema);
}

function callLines({ toolCallId, toolName, kind, args, member, userInputSchema }: ToolRequirement): string[] {
  const who = member === undefined ? '' : `${member}: `;
  return [`  ${toolCallId}: ${who}${toolName}(${JSON.stringify(args)}) asks for ${kind}`, ...fields(userInputSchema)];
}

const WORD: Readonly<Record<Requirement['kind'] | ToolRequirement['kind'], string>> = {
  confirmation: 'confirm()',
  user_input: 'input({ … })',
  'confirmation+user_input': 'input({ … })',
  output_review: 'confirm()',
  iteration_review: 'confirm()',
  route: 'select(…)',
  executor: 'confirm()',
  error: 'retry()',
  external_execution: 'result(…)',
};

function suggestions(requirement: Requirement, calls: readonly ToolRequirement[]): string {
  const { kind, stepName, availableChoices = [], userInputSchema } = requirement;
  if (calls.length > 0) {
    return calls.map(({ toolName, kind: gate, userInputSchema: schema }) => line(toolName, gate, schema)).join(', ');
  }
  if (kind === 'route') return `${keyed(stepName)}: select('${availableChoices[0] ?? '…'}')`;
  return line(stepName, kind, userInputSchema);
}

function line(key: string, kind: keyof typeof WORD, schema: UserInputSchema | undefined): string {
  const names = namesOf(schema);
  const values = names.map((name) => `${keyed(name)}: …`).join(', ');
  const word = WORD[kind].startsWith('input') && names.length > 0 ? `input({ ${values} })` : WORD[kind];
  return `${keyed(key)}: ${word}`;
}

function namesOf(schema: UserInputSchema | undefined): string[] {
  if (schema === undefined) return [];
  if (Array.isArray(schema)) return schema.map(({ name }) => name);
  return Object.keys((schema as { readonly properties?: object }).properties ?? {});
}

/** A name as a key of an object. */
function keyed(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}
