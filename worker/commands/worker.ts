/** `holdpoint worker`: a production worker against the configured server. */
import { type Logger, Runtime, type State, type Worker } from '@temporalio/worker';
import { CliError } from '../../client/cli/exit.ts';
import { loadConfig } from '../../client/config.ts';
import { durationMs } from '../../workflows/define/duration.ts';
import { serveHealth } from '../health.ts';
import { workerLog } from '../log.ts';
import { type PreparedWorker, prepareWorker } from '../prepare-worker.ts';
import { untilStopSignal } from '../signals.ts';
import { installRuntime } from '../telemetry.ts';
import { startTraces } from '../traces.ts';
import { measureWaitingRuns } from '../waiting-runs.ts';
import { endOf, FORCE_AFTER_MS } from '../worker-end.ts';

export interface WorkerCommandOptions {
  readonly config?: string;
  /** Port of `/healthz` and `/readyz`. */
  readonly health?: number;
}

export async function worker({ config: path, health }: WorkerCommandOptions): Promise<void> {
  const config = await loadConfig({ path });
  const { versioning, telemetry, taskQueue, address, namespace } = config;
  const { shutdownGraceTime = '10 seconds', ...settings } = config.worker ?? {};
  const log = workerLog();
  installRuntime(log, telemetry);
  let prepared: PreparedWorker | undefined;
  let stopping = false;
  // From the start: as the first process of a container it hears no signal that it has no handler for.
  void untilStopSignal().then(() => {
    if (!prepared) process.exit();
    log.info(`Stopping; activities that run get ${shutdownGraceTime}. Again to stop at once.`);
    stopping = true;
    prepared.worker.shutdown();
  });
  if (health !== undefined) await listen(health, () => prepared?.worker.getState() ?? 'INITIALIZED');
  const warn = (message: string) => log.warn(message);
  const traces = telemetry?.traces && (await startTraces(telemetry.traces.otlp, warn));
  prepared = await prepareWorker(config, config, {
    ...settings,
    ...(versioning && { versioning }),
    ...(traces && { plugins: [traces.plugin] }),
    shutdownGraceTime,
    shutdownForceTime: durationMs(shutdownGraceTime)! + FORCE_AFTER_MS,
  });
  const { workflowTypes, activityTypes, worker: running } = prepared;
  log.info(`Worker ready on task queue '${taskQueue}' at ${address}, namespace '${namespace}'`);
  log.info(`workflows: ${workflowTypes.join(', ') || 'none'} · activities: ${activityTypes.join(', ') || 'none'}`);
  tellVersion(log, running.options, address);
  if (telemetry?.metrics) measureWaitingRuns(running, workflowTypes);
  try {
    await running.run();
    await prepared.close();
  } catch (error) {
    throw endOf(error as Error, stopping ? shutdownGraceTime : undefined);
  } finally {
    await traces?.shutdown();
    // The log of the SDK is written with a delay.
    await Runtime.instance().shutdown();
  }
}

async function listen(port: number, state: () => State): Promise<void> {
  await serveHealth(port, state).catch((error: Error) => {
    throw new CliError('error', `Health cannot be served at port ${port}: ${error.message}`);
  });
}

function tellVersion(log: Logger, { workerDeploymentOptions, namespace }: Worker['options'], address: string): void {
  if (!workerDeploymentOptions) return;
  const { deploymentName, buildId } = workerDeploymentOptions.version;
  log.info(`version: build ${buildId} of deployment '${deploymentName}', runs are pinned`);
  log.info('It gets new runs once it is the current version:');
  log.info(
    `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId} --namespace ${namespace} --address ${address}`,
  );
}
