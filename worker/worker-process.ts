/**
 * A process of `holdpoint dev`: one worker with one version of the user's code. It loads and checks everything, says that
 * it is ready, and runs when told. A new version is a new process, so nothing of an old one stays behind.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadConfig } from '../client/config.ts';
import { prepareWorker } from './prepare-worker.ts';
import { explain } from './terminal.ts';

export type FromWorker =
  | {
      readonly kind: 'ready';
      readonly taskQueue: string;
      readonly workflowTypes: readonly string[];
      readonly activityTypes: readonly string[];
    }
  | { readonly kind: 'failed'; readonly problem: string };

/** `drain`: a successor has taken over, so take the time to finish. `stop`: everything ends. */
export type ToWorker = 'run' | 'drain' | 'stop';

/** How long activities may go on while a successor already works, and when everything ends. */
const DRAIN_TIME = '1 minute';
const STOP_TIME_MS = 5_000;

async function main(address: string, namespace: string, configPath: string): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const config = await loadConfig({ path: configPath || undefined });
  const server = { connectionOptions: { address }, addressSource: 'holdpoint dev', namespace };
  const prepared = await prepareWorker(config, server, { shutdownGraceTime: DRAIN_TIME });
  const { worker, workflowTypes, activityTypes } = prepared;
  const stop = () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    else if (worker.getState() === 'INITIALIZED') process.exit();
  };
  process.on('message', (order: ToWorker) => {
    if (order === 'run')
      void worker.run().then(
        () => process.exit(),
        (error) => fail(error),
      );
    else stop();
    if (order === 'stop') setTimeout(() => process.exit(), STOP_TIME_MS).unref();
  });
  // Without the parent there is nobody to reload or stop this worker.
  process.on('disconnect', () => process.exit());
  tell({ kind: 'ready', taskQueue: config.taskQueue, workflowTypes, activityTypes });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  process.send?.({ kind: 'failed', problem: explain(error) } satisfies FromWorker, () => process.exit(1));
}

// A terminal's Ctrl-C reaches this process too; the parent decides about the order.
process.on('SIGINT', () => {});
const [address = '', namespace = '', configPath = ''] = process.argv.slice(2);
main(address, namespace, configPath).catch(fail);
