/** `holdpoint show`: one run as it is now. */
import { reasonOf } from '../../workflows/define/reason.ts';
import type { HoldpointClient } from '../client.ts';
import { diagnose } from '../diagnose.ts';
import { endOfHistory, type HistoryEnd } from '../history-end.ts';
import { hasEnded, type Run } from '../run.ts';
import { findRun } from './find.ts';
import { paint, print, printJson } from './output.ts';
import { oneLine } from './plain.ts';
import { runLines } from './render-run.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export async function show(runId: string, options: CommonOptions): Promise<void> {
  await withClient(options, async ({ client }) => {
    const run = await findRun(client, runId);
    if (options.json) return printJson(run);
    print(...runLines(run));
    // A run that a worker tells of, and that waits for a human, has no trouble.
    if (hasEnded(run) || (run.complete && run.isPaused)) return;
    // While a task is tried again, the history alone tells that it has failed.
    const { isAnswered, taskFailure, unread } = await readEnd(client, run);
    const trouble = await diagnose(client.temporal, run.runId, taskFailure);
    if (isAnswered) print(paint('yellow', ON_ITS_WAY));
    if (unread !== undefined) print(paint('yellow', oneLine(`${UNREAD}: ${unread}`, 1000)));
    if (trouble !== undefined) print(oneLine(trouble, 1000));
  });
}

const ON_ITS_WAY = 'An answer is on its way: it counts once a worker has taken it. Do not answer again.';

const UNREAD = 'Whether an answer is on its way is not known here';

/** What it tells stands beside the run, which has been shown. A key may read the run and not its history. */
async function readEnd({ temporal }: HoldpointClient, { runId }: Run): Promise<HistoryEnd & { unread?: string }> {
  return endOfHistory(temporal, runId).catch((error: unknown) => ({ isAnswered: false, unread: reasonOf(error) }));
}
