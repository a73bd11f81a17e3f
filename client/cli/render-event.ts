/** An event as one line for people. Pure. */
import type { RunEvent } from '../../workflows/protocol/events.ts';
import { paint } from './output.ts';
import { label, oneLine } from './plain.ts';
import { clock } from './time.ts';

const NAME_WIDTH = 26;

export function eventLine(event: RunEvent): string {
  const details = detailsOf(event)
    .filter((part) => part !== '')
    .join('  ');
  return `${paint('dim', clock(event.time))}  ${paint(colourOf(event), label(event.event).padEnd(NAME_WIDTH))} ${details}`.trimEnd();
}

function detailsOf(event: RunEvent): string[] {
  const values = event as RunEvent & Readonly<Record<string, unknown>>;
  // Whoever runs a worker writes the events of its runs, and may write anything.
  const text = (key: string, limit?: number) => (typeof values[key] === 'string' ? oneLine(values[key], limit) : '');
  const by = text('resolvedBy') || text('by');
  return [
    text('requirement', 1000) || text('path'),
    text('resolution'),
    by && `by ${by}`,
    'iteration' in event ? `iteration ${Number(event.iteration)}` : '',
    'toolName' in event ? `${text('toolName')} ${paint('dim', text('toolCallId'))}` : text('agent'),
    text('message'),
    'timeoutAt' in event ? `until ${clock(event.timeoutAt as string)}` : '',
    text('reason'),
    values.success === false && event.event !== 'StepStarted' ? 'no success' : '',
    'omitted' in event ? 'omitted' : '',
    text('error'),
    'content' in event ? contentOf(event.content) : text('preview'),
  ];
}

function contentOf(content: unknown): string {
  return oneLine(typeof content === 'string' ? content : (JSON.stringify(content) ?? ''), 100);
}

function colourOf({ event }: RunEvent): 'red' | 'yellow' | 'green' | 'cyan' | 'dim' {
  if (/Error$|Refused$|Cancelled$/.test(event)) return 'red';
  if (/Paused$|OutputReview$/.test(event)) return 'yellow';
  if (event.endsWith('Continued')) return 'cyan';
  return event.startsWith('Workflow') ? 'green' : 'dim';
}
