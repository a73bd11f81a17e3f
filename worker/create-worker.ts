/** The composition root: a Temporal Worker with everything that holdpoint's workflows need. */
import { Worker, type WorkerDeploymentOptions, type WorkerOptions } from '@temporalio/worker';
import { defined } from '../workflows/define/defined.ts';
import type { OnPause } from '../activities/on-pause.ts';
import { briefSpans } from './brief-spans.ts';
import { buildIdOf } from './build-id.ts';
import { bundleWorkflows } from './bundle.ts';
import { cachedWorkflows } from './cached-workflows.ts';
import { holdpointPlugin, PLUGIN_NAME } from './plugin.ts';

export interface CreateWorkerOptions extends Omit<WorkerOptions, 'taskQueue'> {
  /** Default `holdpoint`. */
  readonly taskQueue?: string;
  /** Whether runs set search attributes. Default: where the namespace has them, or lets this worker register them. */
  readonly searchAttributes?: boolean;
  /** Told of every pause: a webhook, a chat. Its failures never touch a run. */
  readonly onPause?: OnPause;
  /**
   * Temporal's Worker Versioning: runs stay with the version of the worker that they were started on (pinned). Default
   * build id: a hash of the workflow code, 12 hex digits. Anything else: the SDK's `workerDeploymentOptions`.
   */
  readonly versioning?: { readonly deploymentName: string; readonly buildId?: string };
  /** Address of the Web UI, for the links in what `onPause` gets. Default: a development server's. */
  readonly webUi?: string;
}

/**
 * A Worker for holdpoint's workflows, made and not yet running: `await worker.run()`.
 * Takes every option of `Worker.create`; `workflowsPath` is bundled with holdpoint's checks.
 * @throws {BundleError} and what `Worker.create` throws
 * @example
 * const worker = await createWorker({ connection, workflowsPath, activities });
 */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const { searchAttributes, onPause, webUi, versioning, plugins = [], ...given } = options;
  const present = plugins.some(({ name }) => name === PLUGIN_NAME);
  const ours = present ? [] : [holdpointPlugin(defined({ searchAttributes, onPause, webUi }))];
  const worker = await withBundle(given, plugins);
  return Worker.create({
    taskQueue: 'holdpoint',
    maxCachedWorkflows: cachedWorkflows(),
    ...worker,
    ...(versioning && { workerDeploymentOptions: pinned(versioning, worker) }),
    plugins: [...ours, ...plugins, briefSpans],
  });
}

function pinned(
  { deploymentName, buildId }: NonNullable<CreateWorkerOptions['versioning']>,
  { workflowBundle }: WithoutPlugins,
): WorkerDeploymentOptions {
  const id = buildId ?? (workflowBundle && buildIdOf(workflowBundle));
  if (id === undefined) {
    throw new TypeError('versioning needs a buildId: this worker has no workflows to take it from.');
  }
  const version = { deploymentName, buildId: id };
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}

type WithoutPlugins = Omit<CreateWorkerOptions, 'searchAttributes' | 'onPause' | 'webUi' | 'versioning' | 'plugins'>;

async function withBundle(
  { workflowsPath, bundlerOptions, ...options }: WithoutPlugins,
  plugins: NonNullable<WorkerOptions['plugins']>,
): Promise<WithoutPlugins> {
  if (workflowsPath === undefined || options.workflowBundle) return options;
  const { payloadConverterPath, failureConverterPath } = options.dataConverter ?? {};
  const { workflowModules, ...interceptors } = options.interceptors ?? {};
  const modules = { payloadConverterPath, failureConverterPath, workflowInterceptorModules: workflowModules };
  const workflowBundle = await bundleWorkflows({ workflowsPath, plugins, ...bundlerOptions, ...defined(modules) });
  return { ...options, interceptors, workflowBundle };
}
