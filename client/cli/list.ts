/** `holdpoint list`: runs, newest first. */
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
    ...open.map(({ id, message, createdAt }) => {
      const asked = message === undefined ? '' : ` ${oneLine(message, 100)}`;
      return `  ${label(id)}${asked} ${paint('dim', `waits for ${elapsed(Date.now() - Date.parse(createdAt))}`)}`;
    }),
    ...(unreadable === undefined ? [] : [paint('dim', `  ${oneLine(unreadable, 300)}`)]),
    ...(hidden > 0 ? [paint('dim', `  … and ${hidden} more`)] : []),
  ];
}
