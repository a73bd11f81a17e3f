/** `holdpoint show`: one run as it is now. */
import { diagnose } from '../diagnose.ts';
import { findRun } from './find.ts';
import { print, printJson } from './output.ts';
import { oneLine } from './plain.ts';
import { runLines } from './render-run.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export async function show(runId: string, options: CommonOptions): Promise<void> {
  await withClient(options, async ({ client }) => {
    const run = await findRun(client, runId);
    if (options.json) printJson(run);
    else {
      print(...runLines(run));
      const trouble = run.status === 'running' ? await diagnose(client.temporal, run.runId, undefined) : undefined;
      if (trouble !== undefined) print(oneLine(trouble, 1000));
    }
  });
}
