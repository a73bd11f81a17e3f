/** `holdpoint audit`: who was shown what, who decided what and when, and what was refused. */
import type { AnsweredTool } from '../../workflows/protocol/events.ts';
import type { OpenTool } from '../../workflows/protocol/memo.ts';
import type { AuditEntry } from '../audit.ts';
import { findRun } from './find.ts';
import { paint, print, printJson } from './output.ts';
import { label, oneLine } from './plain.ts';
import { clock } from './time.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export async function audit(runId: string, options: CommonOptions): Promise<void> {
  await withClient(options, async ({ client }) => {
    // For the near matches of an id that is unknown.
    await findRun(client, runId);
    const entries = await client.audit(runId);
    if (options.json) printJson({ runId, entries });
    else print(...entries.map(auditLine));
  });
}

export function auditLine(entry: AuditEntry): string {
  const details = detailsOf(entry).filter((part) => part !== '');
  return `${paint('dim', clock(entry.at))}  ${paint(COLOUR[entry.what], entry.what.padEnd(9))} ${details.join('  ')}`;
}

const COLOUR = {
  started: 'green',
  asked: 'yellow',
  sent: 'dim',
  decided: 'cyan',
  refused: 'red',
  cancel: 'magenta',
  terminate: 'magenta',
  reset: 'magenta',
  ended: 'green',
} as const satisfies Record<AuditEntry['what'], string>;

function detailsOf(entry: AuditEntry): string[] {
  switch (entry.what) {
    case 'started':
      return [text(entry.workflowName), by(entry.by)];
    case 'asked':
      return [
        text(entry.requirement, label),
        text(entry.shown?.message),
        text(entry.shown?.preview),
        ...calls(entry.shown?.tools),
      ];
    case 'sent':
      return [label(entry.signal), entry.requirements.map(label).join(', '), by(entry.by), from(entry.identity)];
    case 'decided':
      return [
        text(entry.requirement, label),
        text(entry.resolution),
        by(entry.by),
        text(entry.feedback),
        entry.given === undefined ? text(entry.givenPreview) : oneLine(JSON.stringify(entry.given), 100),
        ...[entry.tools ?? []].flat().map(answered),
      ];
    case 'refused':
      return [
        text(entry.requirement, label),
        label(entry.signal),
        by(entry.by),
        `${text(entry.code)}: ${text(entry.reason)}`,
      ];
    case 'cancel':
    case 'terminate':
    case 'reset':
      return [text(entry.reason), from(entry.identity)];
    case 'ended':
      return [entry.status, text(entry.error)];
  }
}

function calls(tools: readonly OpenTool[] = []): string[] {
  return tools.map(({ toolName, preview }) => `${text(toolName)} ${text(preview)}`);
}

function answered({ toolName, resolution, note }: AnsweredTool): string {
  return `${text(toolName)} ${text(resolution)}${note === undefined ? '' : `: ${text(note)}`}`;
}

/** Whoever runs a worker in the namespace may have written anything where we write a text. */
function text(value: unknown, shown: (text: string) => string = oneLine): string {
  return value === undefined ? '' : shown(typeof value === 'string' ? value : JSON.stringify(value));
}

function by(name: unknown): string {
  return name === undefined ? '' : `by ${text(name)}`;
}

function from(identity: string | undefined): string {
  return identity === undefined ? '' : paint('dim', `from ${oneLine(identity)}`);
}
