/** A run as lines for people: its state, what it asks, what was decided, what it gave. Pure. */
import type { StepOutput } from '../../workflows/define/step-output.ts';
import type { RunStatus } from '../../workflows/protocol/run-output.ts';
import { hasEnded, type Run } from '../run.ts';
import { paint } from './output.ts';
import { label, oneLine, shown } from './plain.ts';
import { answerLines, consequenceLines, requirementLines, resolvedLine } from './render-requirement.ts';

const COLOURS = {
  running: 'cyan',
  paused: 'yellow',
  completed: 'green',
  cancelled: 'magenta',
  failed: 'red',
} as const satisfies Record<RunStatus, string>;

/** What to do about questions that a memo has no room for. */
export const UNKNOWN = 'with no worker up, only the oldest are known (npx holdpoint worker)';

export function statusText(status: RunStatus): string {
  return paint(COLOURS[status], status);
}

const NO_WORKER = 'No worker could tell more: this is the memo of the run, its outputs are missing.';
const ENDED_WITHOUT_OUTPUT = 'It ended without an output of its own: holdpoint audit has what was decided.';

/** Everything. */
export function runLines(run: Run): string[] {
  const { workflowName, sessionId, runId, stepResults, stepRequirements, refusedAnswers, complete } = run;
  const resolved = stepRequirements.filter(({ isResolved }) => isResolved);
  return [
    ...outcomeLines(run),
    `workflow ${label(workflowName)}${sessionId === runId ? '' : `, session ${label(sessionId)}`}`,
    ...(complete ? [] : [paint('yellow', hasEnded(run) ? ENDED_WITHOUT_OUTPUT : NO_WORKER)]),
    ...section('Decided', resolved.map(resolvedLine)),
    ...section(
      'Outputs',
      stepResults.flatMap((output) => outputLines(output)),
    ),
    ...section(
      refusedAnswers.count === 0 ? '' : `Refused answers: ${refusedAnswers.count}`,
      refusedAnswers.newest.map(({ reason, by }) => oneLine(`${by === undefined ? '' : `${by}: `}${reason}`)),
    ),
  ];
}

/** Where it stands: its status, its content when it has ended, and what it asks. */
export function outcomeLines(run: Run): string[] {
  const { runId, status, content, error, activeStepRequirements: open, openCount = open.length } = run;
  const ended = hasEnded(run);
  return [
    `${paint('bold', label(runId))} ${statusText(status)}`,
    ...(error === undefined ? [] : [paint('red', oneLine(`at ${error.path}: ${error.message}`, 1000))]),
    ...(ended && error === undefined && content !== null ? [shown(content)] : []),
    ...open.flatMap((requirement) => [
      '',
      ...requirementLines(requirement),
      ...consequenceLines(requirement),
      ...answerLines(runId, requirement),
    ]),
    ...(openCount > open.length ? ['', paint('yellow', `${openCount - open.length} more are open: ${UNKNOWN}`)] : []),
  ];
}

function outputLines({ name, content, success, steps, error }: StepOutput, indent = ''): string[] {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const mark = success ? '' : paint('red', ' failed');
  const line = `${indent}${oneLine(name)}${mark}: ${oneLine(success ? text : (error ?? text), 120)}`;
  return [line, ...(steps ?? []).flatMap((step) => outputLines(step, `${indent}  `))];
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', heading), ...lines.map((line) => `  ${line}`)];
}
