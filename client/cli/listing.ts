/**
 * Runs of a namespace as the server lists them, newest first: by search attribute, and where none are registered, from
 * what every execution carries. Talks to the server only; a run whose memo is another's is listed by its bare facts.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../../workflows/define/defined.ts';
import type { OpenPause } from '../../workflows/protocol/memo.ts';
import type { RunStatus } from '../../workflows/protocol/run-output.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STATUS } from '../../workflows/protocol/search-attributes.ts';
import { attributeOf, endOf, type ExecutionInfo, runIdOf, statusOf } from '../execution-info.ts';
import { equals, executions, listedMemo, waitingExecutions } from '../executions.ts';
import { dateOf } from '../timestamps.ts';

/** A run in a list. */
export interface ListedRun {
  readonly runId: string;
  readonly workflowName: string;
  readonly sessionId: string;
  readonly status: RunStatus;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly closedAt?: string;
  /** The oldest open requirements; `openCount` counts them all. */
  readonly open: readonly OpenPause[];
  readonly openCount: number;
  /** Why nothing but its bare facts is known: it is encrypted, and the key is not here. */
  readonly unreadable?: string;
}

export interface Filter {
  readonly paused?: boolean;
  readonly session?: string;
  readonly workflow?: string;
}

/** Looked through for what a mistyped id may have meant. */
const KNOWN_IDS = 1_000;

/** @throws {SearchAttributesMissing} for a session, which nothing else tells */
export async function* listedRuns(client: Client, filter: Filter): AsyncGenerator<ListedRun, void> {
  const seen = new Set<string>();
  for await (const execution of matching(client, filter)) {
    const runId = runIdOf(execution);
    // A run that continued as new is listed once per execution.
    if (seen.has(runId)) continue;
    const run = await toRun(client, execution);
    if (!run || !fits(run, filter)) continue;
    seen.add(runId);
    yield run;
  }
}

/** Newest first. */
export async function knownRunIds(client: Client): Promise<string[]> {
  const ids = new Set<string>();
  for await (const info of executions(client, [])) {
    if (ids.add(runIdOf(info)).size >= KNOWN_IDS) break;
  }
  return [...ids];
}

function matching(client: Client, { workflow, session, paused }: Filter): AsyncGenerator<ExecutionInfo> {
  const filters = [
    workflow === undefined ? undefined : equals('WorkflowType', workflow),
    session === undefined ? undefined : equals(HOLDPOINT_SESSION.name, session),
  ].filter((filter) => filter !== undefined);
  return paused ? waitingExecutions(client, filters) : executions(client, filters);
}

function fits(run: ListedRun, { paused, session, workflow }: Filter): boolean {
  return (
    (!paused || run.openCount > 0 || run.unreadable !== undefined) &&
    (session === undefined || run.sessionId === session) &&
    (workflow === undefined || run.workflowName === workflow)
  );
}

/** `undefined` for what is no run of holdpoint's: it has neither our attributes nor our memo. */
async function toRun(client: Client, info: ExecutionInfo): Promise<ListedRun | undefined> {
  const { memo, unreadable } = await listedMemo(client, info);
  const session = attributeOf(info, HOLDPOINT_SESSION.name);
  if (!memo && unreadable === undefined && session === undefined) return undefined;
  const runId = runIdOf(info);
  const ended = endOf(info);
  // The memo before the attribute: the client sets that at the start, and a worker may not be able to.
  const status = statusOf(info, memo?.status ?? attributeOf(info, HOLDPOINT_STATUS.name));
  return defined({
    runId,
    workflowName: memo?.workflowName ?? info.type?.name ?? '',
    // The attribute is cut where an id is long.
    sessionId: memo?.sessionId ?? session ?? runId,
    status,
    startedAt: dateOf(info.startTime).toISOString(),
    closedAt: ended && info.closeTime ? dateOf(info.closeTime).toISOString() : undefined,
    open: ended ? [] : (memo?.open ?? []),
    openCount: ended ? 0 : (memo?.openCount ?? 0),
    unreadable,
  });
}
