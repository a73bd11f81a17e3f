/** `holdpoint worker`: a production worker against the configured server. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { loadConfig } from '../../client/config.ts';
import { prepareWorker } from '../prepare-worker.ts';
import { untilStopSignal } from '../signals.ts';
import { terminal } from '../terminal.ts';

export interface WorkerCommandOptions {
  readonly config?: string;
}

export async function worker({ config: path }: WorkerCommandOptions): Promise<void> {
  const config = await loadConfig(path === undefined ? {} : { path });
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const prepared = await prepareWorker(config, config, { shutdownGraceTime: '10s', shutdownForceTime: '30s' });
  terminal.done(
    `Worker ready on task queue '${config.taskQueue}' at ${config.address}, namespace '${config.namespace}'`,
  );
  terminal.say(
    `workflows: ${prepared.workflowTypes.join(', ') || 'none'} · activities: ${prepared.activityTypes.join(', ') || 'none'}`,
  );
  void untilStopSignal().then(() => {
    terminal.say('Stopping; activities that run get 10 s. Again to stop at once.');
    prepared.worker.shutdown();
  });
  await prepared.worker.run();
  await prepared.close();
}
