/** `holdpoint cancel`: ends a run as Temporal's cancellation does. */
import { conclude } from './conclude.ts';
import { EXIT } from './exit.ts';
import { orNearRuns } from './find.ts';
import { signedInUser, timeoutOf } from './given.ts';
import { aside } from './output.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export interface CancelOptions extends CommonOptions {
  readonly reason?: string;
  readonly timeout?: string;
}

export async function cancel(runId: string, options: CancelOptions): Promise<void> {
  const timeout = timeoutOf(options.timeout);
  await withClient(options, async ({ client, waiting }) => {
    const reason = options.reason ?? `cancelled by ${signedInUser() ?? 'the command line'}`;
    waiting.for(`run '${runId}' to stop`);
    waiting.left = 'the run may be cancelled all the same.';
    const run = await orNearRuns(client, runId, () => client.cancel(runId, reason, timeout));
    waiting.stop();
    conclude(run, options.json);
    if (run.status === 'cancelled') return EXIT.done;
    aside(`The run was not cancelled: it had ended as ${run.status}.`);
    return EXIT.refused;
  });
}
