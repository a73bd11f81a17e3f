/** Where `holdpoint replay` has its histories from: the open runs of the namespace, or a folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../workflows/define/reason.ts';
import type { HoldpointClient } from '../client/client.ts';
import { CliError } from '../client/cli/exit.ts';
import { attributeOf, type ExecutionInfo } from '../client/execution-info.ts';
import { equals, openExecutions } from '../client/executions.ts';
import type { LoadedConfig } from '../client/config.ts';
import { connect } from '../client/connect.ts';
import { callRun } from '../client/server-call.ts';
import type { WorkflowBundle } from './bundle.ts';
import { readHistory } from './read-history.ts';
import type { Recorded } from './replay.ts';

export interface Unread {
  readonly id: string;
  readonly message: string;
}

export interface OpenRunsOptions {
  readonly config?: string;
  readonly workflow?: string;
  readonly limit: number;
}

/** Where histories come from, one by one, and what became known on the way. */
export interface ReplaySource {
  readonly histories: AsyncIterable<Recorded>;
  /** What there is, but could not be read. */
  readonly unread: Unread[];
  /** Whether the limit has cut. */
  readonly more: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * What a worker with this bundle would get – also where a workflow is no longer in it –, and the runs of its workflows on
 * other task queues.
 */
export async function openRuns(
  { taskQueue }: LoadedConfig,
  { workflowTypes }: WorkflowBundle,
  { config, workflow, limit }: OpenRunsOptions,
): Promise<ReplaySource> {
  const client = await connect({ path: config });
  const which =
    workflow === undefined
      ? [equals('TaskQueue', taskQueue), ...workflowTypes.map((type) => equals('WorkflowType', type))]
      : [equals('WorkflowType', workflow)];
  const ours = `(${which.filter((part) => part !== undefined).join(' OR ')})`;
  const unread: Unread[] = [];
  let more = false;
  async function* histories() {
    let listed = 0;
    for await (const listedRun of openExecutions(client.temporal, [ours])) {
      more = listed === limit;
      if (more) return;
      listed += 1;
      const { execution, type } = listedRun;
      const [id, executionId] = [execution?.workflowId ?? '', execution?.runId ?? ''];
      try {
        const history = await fetchHistory(client, id, executionId);
        yield { id, workflowName: type?.name ?? '', history, ...pinOf(listedRun) };
      } catch (error) {
        unread.push({ id, message: reasonOf(error) });
      }
    }
  }
  return { histories: histories(), unread, more: () => more, close: () => client.close() };
}

function pinOf(execution: ExecutionInfo): Pick<Recorded, 'pinnedTo'> {
  const pinnedTo = attributeOf(execution, 'TemporalWorkerDeploymentVersion');
  const pinned = attributeOf(execution, 'TemporalWorkflowVersioningBehavior') === 'Pinned';
  return pinned && pinnedTo !== undefined ? { pinnedTo } : {};
}

function fetchHistory({ temporal }: HoldpointClient, id: string, executionId: string) {
  return callRun(temporal, id, () => temporal.workflow.getHandle(id, executionId).fetchHistory());
}

export function checkedIn(folder: string, workflow: string | undefined): ReplaySource {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    : [];
  if (files.length === 0) throw new CliError('notChecked', `There are no histories, *.json, in ${folder}.`);
  const unread: Unread[] = [];
  async function* histories() {
    for (const id of files.toSorted()) {
      const recorded = fromFile(join(folder, id), id);
      if (recorded instanceof Error) unread.push({ id, message: recorded.message });
      else if (workflow === undefined || recorded.workflowName === workflow) yield recorded;
    }
  }
  return { histories: histories(), unread, more: () => false, close: async () => {} };
}

function fromFile(path: string, id: string): Recorded | Error {
  try {
    const history = readHistory(readFileSync(path, 'utf8'));
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    const workflowName = started?.workflowType?.name;
    if (typeof workflowName !== 'string') return new Error('is no history of a workflow');
    // Servers before 1.24 do not write it there.
    return { id, workflowId: started?.workflowId || id, workflowName, history };
  } catch (error) {
    return new Error(`is no history: ${reasonOf(error)}`);
  }
}
