/** Who polls a task queue, as the server remembers it: for minutes, so that one is listed does not mean that it still is there. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { ServerUnavailable } from './errors.ts';
import { call } from './server-call.ts';

export const WORKFLOW_TASKS = 1;
export const ACTIVITY_TASKS = 2;
/** Of `WorkerVersioningMode`. */
const VERSIONED = 2;

type Answer = temporal.api.workflowservice.v1.IDescribeTaskQueueResponse;
type Version = temporal.api.deployment.v1.IWorkerDeploymentVersion;

/** What is wrong with the workers of a task queue. */
export interface Pollers {
  readonly problem: string;
  /** The versions that poll, where none of them gets new runs. */
  readonly notCurrent: readonly Version[];
}

export async function pollersOf(
  client: Client,
  name: string,
  taskQueueType: number,
  deadlineMs: number,
): Promise<Pollers> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name }, taskQueueType };
  const asked = call(client, () => client.workflowService.describeTaskQueue(request), deadlineMs);
  const now = await asked.catch((error: unknown) => {
    if (error instanceof ServerUnavailable) throw error;
    return undefined;
  });
  // A key may not be let to ask that, and a run that nobody takes has to be explained all the same.
  if (!now) return { problem: `this client may not ask who polls task queue '${name}'`, notCurrent: [] };
  const problem =
    (now.pollers ?? []).length === 0
      ? `no worker polls task queue '${name}'`
      : `the workers of task queue '${name}' have stopped or are busy`;
  return { problem, notCurrent: notCurrent(now) };
}

/**
 * Empty where a single one may get them: an unversioned one, the current version, or that which is ramping up. Also where
 * there is a current version that nobody polls for: its workers are what is missing.
 */
function notCurrent({ pollers, versioningInfo }: Answer): Version[] {
  const known = new Map<string, Version>();
  for (const { deploymentOptions } of pollers ?? []) {
    if (Number(deploymentOptions?.workerVersioningMode) !== VERSIONED) return [];
    known.set(keyOf(deploymentOptions!), deploymentOptions!);
  }
  const { currentDeploymentVersion: current, rampingDeploymentVersion: ramping } = versioningInfo ?? {};
  return current || (ramping && known.has(keyOf(ramping))) ? [] : [...known.values()];
}

function keyOf({ deploymentName, buildId }: Version): string {
  return JSON.stringify([deploymentName, buildId]);
}
