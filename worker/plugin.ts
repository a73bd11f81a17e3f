/**
 * Puts holdpoint into any Worker, also one that users already have: step inputs, agents, heartbeats, fast recovery, and
 * the answer to whether runs may set search attributes.
 */
import {
  NativeConnection,
  type PatchActivationCallback,
  Runtime,
  type WorkerOptions,
  type WorkerPlugin,
} from '@temporalio/worker';
import { heartbeats } from '../activities/heartbeat.ts';
import type { OnPause } from '../activities/on-pause.ts';
import { onceForOneYes } from '../activities/once.ts';
import { sizeLimits } from '../activities/size-limits.ts';
import { stepInputs } from '../activities/step-input.ts';
import { stepLogs } from '../activities/step-logs.ts';
import { withAgents } from './agents.ts';
import { checkSdk } from './check-sdk.ts';
import { pauseActivities } from './on-pause.ts';
import { payloadLimit, storesPayloads } from './payload-limit.ts';
import {
  EXTERNAL_STORAGE_PATCH,
  NO_PLUGIN_PATCH,
  NO_SEARCH_ATTRIBUTES_PATCH,
  ON_PAUSE_PATCH,
  PATCH_PREFIX,
} from '../workflows/protocol/patches.ts';
import { ensureSearchAttributes } from './search-attributes.ts';

export const PLUGIN_NAME = 'holdpoint';

export interface HoldpointPluginOptions {
  /** Whether runs set search attributes. Default: where the namespace has them, or lets this worker register them. */
  readonly searchAttributes?: boolean;
  /** Told of every pause; its failures never touch a run. All workers of a task queue should have it, or none. */
  readonly onPause?: OnPause;
  /** Address of the Web UI, for the links in what `onPause` gets. Default: a development server's. */
  readonly webUi?: string;
}

/**
 * All worker parts of holdpoint, for the `plugins` of a Worker. Agents are in `agents` among its activities. Replays need
 * none of them: their answers are in the history.
 * @example
 * await Worker.create({ plugins: [holdpointPlugin()], workflowsPath, activities, taskQueue });
 */
export function holdpointPlugin(options: HoldpointPluginOptions = {}): WorkerPlugin {
  return {
    name: PLUGIN_NAME,
    async configureWorker(given) {
      checkSdk();
      const { onPause, webUi } = options;
      const worker = await withAgents(given);
      const announced = onPause ? { activities: { ...worker.activities, ...pauseActivities(onPause, webUi) } } : {};
      const searchAttributes = options.searchAttributes ?? (await namespaceHasThem(worker));
      return {
        ...worker,
        ...announced,
        // Runs of a killed worker wait for their sticky queue first; the SDK's 10 s would be most of the recovery.
        stickyQueueScheduleToStartTimeout: worker.stickyQueueScheduleToStartTimeout ?? '1s',
        interceptors: {
          ...worker.interceptors,
          // Ours are outermost: interceptors of the user see the same StepInput as the activity. Two are innermost as well,
          // for arguments that interceptors pack in the workflow and unpack here.
          activity: [
            sizeLimits(payloadLimit(worker)),
            onceForOneYes,
            stepInputs,
            stepLogs,
            heartbeats,
            ...(worker.interceptors?.activity ?? []),
            onceForOneYes,
            stepInputs,
          ],
        },
        patchActivationCallback: answerPatches(worker, searchAttributes, onPause !== undefined),
      };
    },
  };
}

/** The SDK calls it synchronously and wants a boolean, so the answer is found out when the worker starts. */
function answerPatches(worker: WorkerOptions, searchAttributes: boolean, announces: boolean): PatchActivationCallback {
  const { patchActivationCallback } = worker;
  const stores = storesPayloads(worker);
  return (input) => {
    if (input.patchId === NO_PLUGIN_PATCH) return false;
    if (input.patchId === NO_SEARCH_ATTRIBUTES_PATCH) return !searchAttributes;
    if (input.patchId === ON_PAUSE_PATCH) return announces;
    if (input.patchId === EXTERNAL_STORAGE_PATCH) return stores;
    return input.patchId.startsWith(PATCH_PREFIX) || (patchActivationCallback?.(input) ?? true);
  };
}

async function namespaceHasThem({ connection, namespace = 'default' }: WorkerOptions): Promise<boolean> {
  const warn = (message: string) => Runtime.instance().logger.warn(message);
  if (connection) return ensureSearchAttributes(connection, namespace, warn);
  // Without a connection the SDK makes its own, to the default address.
  const own = await NativeConnection.connect();
  try {
    return await ensureSearchAttributes(own, namespace, warn);
  } finally {
    await own.close();
  }
}
