/** `holdpoint audit`: who was shown what, who decided what and when, and what was refused. */
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
  return `${paint('dim', clock(entry.at))}  ${paint(COLOUR[entry.what], entry.what.padEnd(8))} ${details.join('  ')}`;
}

const COLOUR = {
  started: 'green',
  asked: 'yellow',
  sent: 'dim',
  decided: 'cyan',
  refused: 'red',
  ended: 'green',
} as const satisfies Record<AuditEntry['what'], string>;

function detailsOf(entry: AuditEntry): string[] {
  switch (entry.what) {
    case 'started':
      return [oneLine(entry.workflowName), by(entry.by)];
    case 'asked':
      return [label(entry.requirement), oneLine(entry.shown?.message ?? ''), oneLine(entry.shown?.preview ?? '')];
    case 'sent':
      return [label(entry.signal), entry.requirements.map(label).join(', '), by(entry.by), from(entry.identity)];
    case 'decided':
      return [
        label(entry.requirement),
        entry.resolution,
        by(entry.by),
        oneLine(entry.feedback ?? ''),
        entry.given === undefined ? oneLine(entry.givenPreview ?? '') : oneLine(JSON.stringify(entry.given), 100),
        ...(entry.tools ?? []).map((call) => `${oneLine(call.toolName)} ${call.resolution}`),
      ];
    case 'refused':
      return [
        label(entry.requirement ?? ''),
        label(entry.signal),
        by(entry.by),
        `${entry.code}: ${oneLine(entry.reason)}`,
      ];
    case 'ended':
      return [entry.status, oneLine(entry.error ?? '')];
  }
}

function by(name: string | undefined): string {
  return name === undefined ? '' : `by ${oneLine(name)}`;
}

function from(identity: string | undefined): string {
  return identity === undefined ? '' : paint('dim', `from ${oneLine(identity)}`);
}
