/** A Worker as `temporal.config.ts` describes it: code loaded and checked, server reached, and not yet running. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { register as registerCommonJs } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';
import { defined } from '../workflows/define/defined.ts';
import type { ConnectionSettings, LoadedConfig } from '../client/config.ts';
import { tried } from '../client/connect.ts';
import { configuredDataConverter } from '../client/data-converter.ts';
import { exportsOf } from '../client/import-module.ts';
import { webhook } from '../activities/on-pause.ts';
import { bundleWorkflows } from './bundle.ts';
import { createWorker, type CreateWorkerOptions } from './create-worker.ts';
import { listens } from './ports.ts';
import { probeServer } from './probe.ts';

/** The worker cannot start: no server, no workflows, or activities that do not load. */
class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
}

export interface PreparedWorker {
  readonly worker: Worker;
  readonly workflowTypes: readonly string[];
  readonly activityTypes: readonly string[];
  close(): Promise<void>;
}

type Server = Pick<LoadedConfig, 'addressSource' | 'namespace'> & { readonly connectionOptions: ConnectionSettings };

/** What is not in the configuration, or not for every worker. */
type GivenOptions = Pick<
  CreateWorkerOptions,
  'versioning' | 'plugins' | 'shutdownForceTime' | keyof NonNullable<LoadedConfig['worker']>
>;

/** @throws {WorkerStartError | BundleError} */
export async function prepareWorker(
  config: LoadedConfig,
  server: Server = config,
  options: GivenOptions = {},
): Promise<PreparedWorker> {
  if (!existsSync(config.workflowsPath)) {
    throw new WorkerStartError(
      `There are no workflows at ${config.workflowsPath}. Write them there, or say in temporal.config.ts where they are: workflows: './…'.`,
    );
  }
  const dataConverter = await configuredDataConverter(config);
  await reach(server);
  const activities = await importActivities(config);
  const { failureConverterPath } = dataConverter;
  const { workflowsPath, taskQueue, webUi } = config;
  const { plugins = [] } = options;
  const workflowBundle = await bundleWorkflows(defined({ workflowsPath, plugins, failureConverterPath }));
  const connection = await NativeConnection.connect(server.connectionOptions);
  const { namespace } = server;
  const onPause = config.onPause && webhook(config.onPause);
  const given = { connection, namespace, taskQueue, workflowBundle, activities, dataConverter };
  const worker = await createWorker({ ...given, ...defined({ onPause, webUi }), ...options });
  const activityTypes = [...worker.options.activities.keys()];
  return { worker, workflowTypes: workflowBundle.workflowTypes, activityTypes, close: () => connection.close() };
}

async function reach({ connectionOptions, addressSource, namespace }: Server): Promise<void> {
  const { address } = connectionOptions;
  const { serves, problem } = (await listens(address))
    ? await probeServer(connectionOptions, [namespace], 10_000)
    : { serves: false, problem: 'nothing listens there' };
  if (serves) return;
  throw new WorkerStartError(
    `Cannot use namespace '${namespace}' of the Temporal server at ${address} (from ${addressSource}${tried(connectionOptions)}): ` +
      `${problem?.replace(/\.$/, '')}. Start a server (\`npx holdpoint dev\` brings its own), or set TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS and TEMPORAL_API_KEY.`,
  );
}

/**
 * For the whole process, so that activities and the Worker share one `@temporalio/activity`; and only now, because every
 * module that loads later is slower for it.
 */
function registerTypeScript(): void {
  register();
  registerCommonJs();
}

/** A worker needs none, unless it says where they are. */
async function importActivities({ activitiesPath: file, activitiesAreNamed }: LoadedConfig): Promise<object> {
  if (!existsSync(file)) {
    if (!activitiesAreNamed) return {};
    throw new WorkerStartError(`There are no activities at ${file}, where temporal.config.ts says that they are.`);
  }
  if (/\.[cm]?tsx?$/.test(file)) registerTypeScript();
  try {
    return exportsOf((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  } catch (error) {
    const [, missing] =
      /^Cannot find (?:package|module) '((?:@[\w.-]+\/)?\w[\w.-]*)/.exec((error as Error)?.message) ?? [];
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const reason =
      missing === undefined
        ? stack
        : `it needs the package '${missing}', which is not installed: npm install ${missing}`;
    throw new WorkerStartError(`${relative('.', file)} cannot be loaded: ${reason}`, { cause: error });
  }
}
