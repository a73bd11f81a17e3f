/** A requirement as lines for people: what is asked, what is under review, until when, and how to answer. Pure. */
import { cut } from '../../workflows/define/cut.ts';
import type { UserInputField } from '../../workflows/define/user-input-schema.ts';
import { ACTIONS } from '../../workflows/human/answer-rules.ts';
import { TOOL_ACTIONS } from '../../workflows/human/tool-answers.ts';
import type { DecisionAction } from '../../workflows/protocol/signals.ts';
import type { Requirement } from '../requirement.ts';
import type { ToolRequirement } from '../tool-requirement.ts';
import { COMMAND_OF, commandLine } from './command-line.ts';
import { paint } from './output.ts';
import { label, oneLine, plain, quoted, shown } from './plain.ts';
import { rejectionOf } from './rejection.ts';
import { clock, elapsed } from './time.ts';

/** Lines of a text that a screen takes, and characters of a line; the rest is in `--json`. */
const LINES_LIMIT = 60;
const LINE_LIMIT = 2000;

/** All of an open requirement but its answers. */
export function requirementLines(requirement: Requirement): string[] {
  const { id, kind, message, createdAt, previousFeedback, availableChoices, mayHaveRun } = requirement;
  const since = `since ${clock(createdAt)} (${elapsed(Date.now() - Date.parse(createdAt))})`;
  return [
    `${paint('bold', label(id))} ${paint('dim', `${kind.replaceAll('_', ' ')}, ${since}`)}`,
    ...(message === undefined ? [] : block('asked', plain(message))),
    ...(mayHaveRun ? [paint('yellow', '  It may have run, wholly or in part: check before you retry.')] : []),
    ...underReview(requirement),
    ...(previousFeedback === undefined ? [] : block('said before', plain(previousFeedback))),
    ...(availableChoices
      ? block(
          requirement.allowMultipleSelections ? 'choices (several)' : 'choices',
          availableChoices.map(choice).join('\n'),
        )
      : []),
    ...fieldLines(requirement.userInputSchema),
    ...requirement.tools.flatMap((tool) => toolLines(tool)),
    ...deadline(requirement),
  ];
}

/** The default question of an iteration review asks whether to continue, and a yes stops the loop. */
const STOPS_LOOP = 'stops the loop here and keeps its outputs';

/** What the answers do, where their words do not say it. */
export function consequenceLines(requirement: Requirement): string[] {
  const no = rejectionOf(requirement) ?? 'what it does, only a worker could tell';
  return [...(requirement.kind === 'iteration_review' ? block('a yes', STOPS_LOOP) : []), ...block('a no', no)];
}

/** The commands that answer it, ready to type. */
export function answerLines(runId: string, requirement: Requirement): string[] {
  const line = (action: DecisionAction, options: readonly string[]) =>
    paint('dim', `  ${commandLine(COMMAND_OF[action], [runId, requirement.id], options)}`);
  if (requirement.kind !== 'executor') {
    const both = requirement.kind === 'confirmation+user_input';
    return ACTIONS[requirement.kind].map((each) =>
      line(each, each === 'confirm' && both ? ['--values …'] : (OPTIONS[each] ?? [])),
    );
  }
  return requirement.tools
    .filter(({ isResolved }) => !isResolved)
    .flatMap(({ kind, toolCallId }) =>
      TOOL_ACTIONS[kind].map((each) => line(each, [...(OPTIONS[each] ?? []), `--tool-call ${quoted(toolCallId)}`])),
    );
}

/** What a command needs beside the ids. */
const OPTIONS: Readonly<Partial<Record<DecisionAction, readonly string[]>>> = {
  reject: ['--feedback …'],
  edit: ['--output …'],
  input: ['--values …'],
  select: ['--choice …'],
  result: ['--result …'],
};

/** What became of a requirement, in one line. */
export function resolvedLine({ id, resolution, resolvedBy, resolvedAt, rejectionFeedback }: Requirement): string {
  const by = resolvedBy === undefined ? '' : ` by ${oneLine(resolvedBy, 80)}`;
  const at = resolvedAt === undefined ? '' : ` at ${clock(resolvedAt)}`;
  const feedback = rejectionFeedback === undefined ? '' : `: ${oneLine(rejectionFeedback)}`;
  return `${label(id)} ${oneLine(resolution ?? 'open')}${by}${at}${feedback}`;
}

function underReview({ output, input, preview }: Requirement): string[] {
  if (output !== undefined) return block('under review', shown(output));
  if (input !== undefined && input !== null) return block('input', shown(input));
  return preview === undefined ? [] : block('preview', plain(preview));
}

export function toolLines(tool: ToolRequirement): string[] {
  const { toolCallId, toolName, kind, args, preview, member, isResolved, resolution, resolvedBy } = tool;
  const who = member === undefined ? '' : ` of ${oneLine(member)}`;
  const head = `  tool call ${paint('bold', label(toolName))}${who} ${paint('dim', label(toolCallId))}`;
  if (isResolved)
    return [`${head}: ${oneLine(resolution ?? '')}${resolvedBy === undefined ? '' : ` by ${oneLine(resolvedBy, 80)}`}`];
  const asked = { confirmation: 'may it run?', user_input: 'needs values', external_execution: 'runs elsewhere' }[kind];
  return [
    `${head}: ${asked}`,
    ...block('arguments', args === undefined ? plain(preview ?? '') : shown(args)).map((line) => `  ${line}`),
    ...fieldLines(tool.userInputSchema).map((line) => `  ${line}`),
  ];
}

function fieldLines(schema: Requirement['userInputSchema']): string[] {
  if (schema === undefined) return [];
  if (!Array.isArray(schema)) return block('values (JSON Schema)', shown(schema));
  return block('values', (schema as readonly UserInputField[]).map(fieldLine).join('\n'));
}

function fieldLine({
  name,
  type = 'str',
  required = true,
  description,
  allowedValues,
  default: standard,
}: UserInputField): string {
  const more = [
    ...(required && standard === undefined ? [] : ['optional']),
    ...(standard === undefined ? [] : [`default ${JSON.stringify(standard)}`]),
    ...(allowedValues ? [`one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}`] : []),
  ].join(', ');
  return oneLine(
    `${name}: ${type}${more ? ` (${more})` : ''}${description === undefined ? '' : ` – ${description}`}`,
    500,
  );
}

function deadline({ timeoutAt, onTimeout }: Requirement): string[] {
  if (timeoutAt === undefined) return [];
  return [`  deadline ${clock(timeoutAt)} (${elapsed(Date.parse(timeoutAt) - Date.now())} left), then: ${onTimeout}`];
}

function choice(name: string): string {
  return `- ${oneLine(name)}`;
}

/** A heading and text that is safe already, indented below it. */
function block(heading: string, text: string): string[] {
  const lines = text.split('\n');
  const first = lines.slice(0, LINES_LIMIT);
  const kept = first.map((line) => cut(line, LINE_LIMIT));
  const rest = lines.length - kept.length;
  const hidden = [
    ...(rest === 0 ? [] : [`${rest} more lines are not shown`]),
    ...(kept.join() === first.join() ? [] : [`lines are cut after ${LINE_LIMIT} characters`]),
  ];
  // Not in the block: what is shown in it comes from data, and could say anything.
  const more = hidden.map((what) => paint('yellow', `  … ${what}: holdpoint show --json`));
  if (kept.length === 1 && kept[0]!.length <= 100) return [`  ${paint('dim', `${heading}:`)} ${kept[0]}`];
  return [`  ${paint('dim', `${heading}:`)}`, ...kept.map((line) => `  │ ${line}`), ...more];
}
