/** `holdpoint run`: starts a run, and waits for its first pause or its end; with `--watch`, tells its events to the end. */
import { defined } from '../../workflows/define/defined.ts';
import { conclude, evenFailed, exitOf } from './conclude.ts';
import { EXIT } from './exit.ts';
import { follow } from './watch.ts';
import { jsonOrText, timeoutOf } from './given.ts';
import { aside, paintAside } from './output.ts';
import { label } from './plain.ts';
import { outcomeOf } from './waiting.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export interface RunCommandOptions extends CommonOptions {
  readonly input?: string;
  readonly runId?: string;
  readonly session?: string;
  readonly watch?: boolean;
  readonly wait: boolean;
  readonly timeout?: string;
}

export async function run(workflow: string, options: RunCommandOptions): Promise<void> {
  const { runId, session: sessionId, watch, json } = options;
  const timeout = timeoutOf(options.timeout);
  const input = options.input === undefined ? null : jsonOrText('--input', options.input);
  await withClient(options, async (context) => {
    const { client, waiting } = context;
    const started = await client.start(workflow, { input, ...defined({ runId, sessionId }) });
    if (!options.wait) {
      conclude(started, json);
      return EXIT.done;
    }
    // Whoever stops waiting needs it to come back.
    if (!json) aside(paintAside('dim', `run ${label(started.runId)}`));
    if (watch) return follow(context, started.runId, defined({ ...timeout, json }));
    waiting.for(outcomeOf(started.runId));
    const ended = await evenFailed(client.wait(started, timeout));
    waiting.stop();
    conclude(ended, json);
    return exitOf(ended);
  });
}
