/** `holdpoint list`: runs, newest first. */
import type { OpenPause } from '../../workflows/protocol/memo.ts';
import { print, printJson, paint } from './output.ts';
import { type Filter, type ListedRun, listedRuns } from './listing.ts';
import { label, oneLine } from './plain.ts';
import { statusText } from './render-run.ts';
import { clock, elapsed } from './time.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export interface ListOptions extends CommonOptions, Filter {
  readonly limit: number;
}

export async function list(options: ListOptions): Promise<void> {
  const { limit, json } = options;
  await withClient(options, async ({ client }) => {
    const runs: ListedRun[] = [];
    let more = false;
    for await (const run of listedRuns(client.temporal, options)) {
      more = runs.length === limit;
      if (more) break;
      runs.push(run);
    }
    runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    if (json) return printJson({ runs, more });
    if (runs.length === 0) print(paint('dim', 'No runs.'));
    print(...runs.flatMap(linesOf), ...(more ? [paint('dim', `… there are more: --limit ${limit * 2}`)] : []));
  });
}

function linesOf(run: ListedRun): string[] {
  const { runId, workflowName, status, startedAt, sessionId, open, openCount, unreadable } = run;
  const session = sessionId === runId ? '' : `, session ${oneLine(sessionId, 60)}`;
  const started = `started ${clock(startedAt)}`;
  const hidden = openCount - open.length;
  return [
    `${paint('bold', label(runId))} ${statusText(status)} ${paint('dim', `${oneLine(workflowName)}, ${started}${session}`)}`,
    ...open.map((pause) => {
      const asked = pause.message ?? callsOf(pause);
      const since = paint('dim', `waits for ${elapsed(Date.now() - Date.parse(pause.createdAt))}`);
      return [`  ${label(pause.id)}`, ...(asked === '' ? [] : [oneLine(asked, 100)]), since].join(' ');
    }),
    ...(unreadable === undefined ? [] : [paint('dim', `  ${oneLine(unreadable, 300)}`)]),
    ...(hidden > 0 ? [paint('dim', `  … and ${hidden} more`)] : []),
  ];
}

/** The tool calls of a pause that still wait, with their arguments. */
function callsOf({ tools = [] }: OpenPause): string {
  const open = tools.filter(({ resolution }) => resolution === undefined);
  return open.map(({ toolName, preview }) => `${toolName} ${preview}`).join(', ');
}
