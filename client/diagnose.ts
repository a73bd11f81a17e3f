/** Why nothing happens: what a silent run waits for that is not a human. */
import type { Client } from '@temporalio/client';
import { type Description, describeRun } from './describe.ts';
import { ServerUnavailable } from './errors.ts';
import { endOfHistory } from './history-end.ts';
import { readMessage } from './payloads.ts';
import { ACTIVITY_TASKS, type Pollers, pollersOf, WORKFLOW_TASKS } from './pollers.ts';
import { addressOf } from './server-call.ts';

const REQUEST_MS = 2_000;
/** PendingWorkflowTaskState and PendingActivityState, alike. */
const SCHEDULED = 1;
/** Of `VersioningBehavior`. */
const PINNED = 1;

/**
 * `waiting for …`, with what to do; `undefined` where the run is at work. The words stay the same while the reason does.
 * @param lastTaskFailure message of the newest WorkflowTaskFailed event that no success followed, where it is known
 */
export async function diagnose(
  client: Client,
  runId: string,
  lastTaskFailure: string | undefined,
): Promise<string | undefined> {
  try {
    const now = await describeRun(client, runId, { deadlineMs: REQUEST_MS });
    if (now.workflowExtendedInfo?.pauseInfo) return byOperator(`run '${runId}'`, 'workflow');
    return (await troubleOfTask(client, runId, now, lastTaskFailure)) ?? (await troubleOfActivity(client, runId, now));
  } catch (error) {
    // The wait itself reports everything else.
    return error instanceof ServerUnavailable ? `waiting for the Temporal server at ${addressOf(client)}` : undefined;
  }
}

function byOperator(what: string, kind: 'workflow' | 'activity'): string {
  return `waiting for an operator, who has paused ${what} (temporal ${kind} unpause)`;
}

async function troubleOfTask(
  client: Client,
  runId: string,
  { pendingWorkflowTask, workflowExecutionInfo }: Description,
  lastTaskFailure: string | undefined,
): Promise<string | undefined> {
  if (!pendingWorkflowTask) return undefined;
  if (Number(pendingWorkflowTask.attempt) > 1 || lastTaskFailure !== undefined) {
    const message = lastTaskFailure ?? (await newestTaskFailure(client, runId));
    const failure = message === undefined ? 'it fails or times out' : `it fails with: ${withoutStop(message)}`;
    return `waiting for the worker to get over the workflow task of run '${runId}': ${failure}`;
  }
  if (pendingWorkflowTask.state !== SCHEDULED) return undefined;
  const queue = workflowExecutionInfo?.taskQueue ?? '';
  const { problem, notCurrent } = await pollersOf(client, queue, WORKFLOW_TASKS, REQUEST_MS);
  // A run that has a version waits for that one, whichever is current.
  const { deploymentVersion, versioningOverride, behavior } = workflowExecutionInfo?.versioningInfo ?? {};
  if (notCurrent.length > 0 && !deploymentVersion && !versioningOverride) {
    return needsCurrent(runId, queue, notCurrent, client.options.namespace);
  }
  const own = Number(behavior) === PINNED ? deploymentVersion : undefined;
  const pinnedTo = versioningOverride ? versioningOverride.pinned?.version : own;
  const needed = pinnedTo ? `a worker of its version, ${named(pinnedTo)}` : 'one (npx holdpoint worker)';
  return `waiting for a worker: ${problem}; run '${runId}' needs ${needed}`;
}

type Version = Pollers['notCurrent'][number];

function named({ deploymentName, buildId }: Version): string {
  return `build ${buildId} of deployment '${deploymentName}'`;
}

function needsCurrent(runId: string, queue: string, versions: Pollers['notCurrent'], namespace: string): string {
  const [{ deploymentName, buildId } = {}, another] = versions;
  const ids = another ? '…' : `--deployment-name ${deploymentName} --build-id ${buildId} --namespace ${namespace}`;
  return `waiting for a current version: the workers of task queue '${queue}' are ${versions.map(named).join(', ')}, and only the current version gets run '${runId}' (temporal worker deployment set-current-version ${ids})`;
}

async function newestTaskFailure(client: Client, runId: string): Promise<string | undefined> {
  try {
    return (await endOfHistory(client, runId, REQUEST_MS)).taskFailure;
  } catch {
    // Without its message it is a trouble all the same. The test server does not read backwards.
    return undefined;
  }
}

/** The reason stands in a sentence, which has a full stop of its own. */
function withoutStop(message: string): string {
  return message.replace(/\.$/, '');
}

async function troubleOfActivity(
  client: Client,
  runId: string,
  { pendingActivities, workflowExecutionInfo }: Description,
): Promise<string | undefined> {
  for (const { state, attempt, lastFailure, activityType, activityOptions, paused } of pendingActivities ?? []) {
    const name = activityType?.name ?? '';
    if (paused) return byOperator(`activity '${name}' of run '${runId}'`, 'activity');
    if (lastFailure && Number(attempt) > 1) {
      const message = (await readMessage(client, runId, lastFailure)) ?? 'no message';
      return `waiting for activity '${name}' of run '${runId}', which is retried after: ${withoutStop(message)}`;
    }
    if (state !== SCHEDULED) continue;
    const queue = activityOptions?.taskQueue?.name ?? workflowExecutionInfo?.taskQueue ?? '';
    const { problem } = await pollersOf(client, queue, ACTIVITY_TASKS, REQUEST_MS);
    return `waiting for a worker: ${problem}; activity '${name}' of run '${runId}' needs one`;
  }
  return undefined;
}
