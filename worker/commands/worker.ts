/** `holdpoint worker`: a production worker against the configured server. */
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
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
  const { versioning } = config;
  const prepared = await prepareWorker(config, config, {
    ...(versioning && { versioning }),
    shutdownGraceTime: '10s',
    shutdownForceTime: '30s',
  });
  terminal.done(
    `Worker ready on task queue '${config.taskQueue}' at ${config.address}, namespace '${config.namespace}'`,
  );
  terminal.say(
    `workflows: ${prepared.workflowTypes.join(', ') || 'none'} · activities: ${prepared.activityTypes.join(', ') || 'none'}`,
  );
  tellVersion(prepared.worker.options, config.address);
  void untilStopSignal().then(() => {
    terminal.say('Stopping; activities that run get 10 s. Again to stop at once.');
    prepared.worker.shutdown();
  });
  await prepared.worker.run();
  await prepared.close();
}

function tellVersion({ workerDeploymentOptions, namespace }: Worker['options'], address: string): void {
  if (!workerDeploymentOptions) return;
  const { deploymentName, buildId } = workerDeploymentOptions.version;
  terminal.say(`version: build ${buildId} of deployment '${deploymentName}', runs are pinned`);
  terminal.note('It gets new runs once it is the current version:');
  terminal.say(
    `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId} --namespace ${namespace} --address ${address}`,
  );
}
