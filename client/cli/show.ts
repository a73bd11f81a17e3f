/** `holdpoint show`: one run as it is now. */
import { findRun } from './find.ts';
import { print, printJson } from './output.ts';
import { runLines } from './render-run.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export async function show(runId: string, options: CommonOptions): Promise<void> {
  await withClient(options, async ({ client }) => {
    const run = await findRun(client, runId);
    if (options.json) printJson(run);
    else print(...runLines(run));
  });
}
