/** Lists of runs: those of a session, and those that wait for a human. */
import type { Client } from '@temporalio/client';
import type { OpenPause } from '../workflows/protocol/memo.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STATUS, sessionAttribute } from '../workflows/protocol/search-attributes.ts';
import type { RunStatus } from '../workflows/protocol/run-output.ts';
import { compactRun } from './compact-run.ts';
import { ClientClosed, NamespaceNotFound, RunNotFound, ServerUnavailable } from './errors.ts';
import { attributeOf, type ExecutionInfo, runIdOf, statusOf } from './execution-info.ts';
import { executions, listedMemo, waitingExecutions } from './executions.ts';
import { fetchRun } from './fetch-run.ts';
import type { Run } from './run.ts';
import { grpcCode } from './server-call.ts';
import { dateOf } from './timestamps.ts';

export interface Session {
  readonly sessionId: string;
  /** Oldest first. */
  readonly runs: readonly Run[];
}

/** A run with a question for a human, as its memo shows it: readable with no worker up. */
export interface PausedRun {
  readonly runId: string;
  readonly workflowName: string;
  readonly sessionId: string;
  readonly startedAt: Date;
  /** `running` where another branch of a Parallel is at work meanwhile. */
  readonly status: RunStatus;
  /** The oldest open requirements; `openCount` counts them all. */
  readonly open: readonly OpenPause[];
  readonly openCount: number;
}

/** Runs that are fetched at the same time. */
const FETCHES = 8;

/**
 * Visibility follows the run by some milliseconds: a run that has only just begun may be missing.
 * @throws {SearchAttributesMissing}
 */
export async function fetchSession(client: Client, sessionId: string): Promise<Session> {
  // By run: one that continued as new is listed once per execution, the newest first.
  const listed = new Map<string, { readonly newest: ExecutionInfo; startedAt: number }>();
  const attribute = sessionAttribute(sessionId);
  for await (const info of executions(client, [sessionFilter(attribute)])) {
    if (attributeOf(info, HOLDPOINT_SESSION.name) !== attribute) continue;
    const known = listed.get(runIdOf(info));
    const startedAt = dateOf(info.startTime).getTime();
    if (known) known.startedAt = Math.min(known.startedAt, startedAt);
    else listed.set(runIdOf(info), { newest: info, startedAt });
  }
  const found = [...listed.values()].toSorted((a, b) => a.startedAt - b.startedAt).map(({ newest }) => newest);
  const runs: Run[] = [];
  for (let index = 0; index < found.length; index += FETCHES) {
    const fetched = await Promise.all(found.slice(index, index + FETCHES).map((info) => fetchListed(client, info)));
    // The attribute is cut where an id is long.
    for (const run of fetched) if (run && [sessionId, attribute].includes(run.sessionId)) runs.push(run);
  }
  return { sessionId, runs };
}

/** A run that cannot be read here – encrypted with another key, say – as far as the list tells; `undefined`: deleted since. */
async function fetchListed(client: Client, info: ExecutionInfo): Promise<Run | undefined> {
  try {
    return await fetchRun(client, runIdOf(info));
  } catch (error) {
    if (error instanceof RunNotFound) return undefined;
    const isOfServer = error instanceof ServerUnavailable || error instanceof NamespaceNotFound;
    if (isOfServer || error instanceof ClientClosed || grpcCode(error) !== undefined) throw error;
    return compactRun(info, undefined, { status: statusOf(info, attributeOf(info, HOLDPOINT_STATUS.name)) });
  }
}

/**
 * The runs in which something waits for a human, page by page. By search attribute; where none are registered, from the
 * memos of all open workflows, which takes longer.
 */
export async function* pausedRuns(client: Client, limit: number): AsyncGenerator<PausedRun, void> {
  const told = new Set<string>();
  let left = limit;
  if (left <= 0) return;
  for await (const info of waitingExecutions(client)) {
    const runId = runIdOf(info);
    // Of a run that has just continued as new, the list may still have the execution before.
    if (told.has(runId)) continue;
    const { memo } = await listedMemo(client, info);
    if (!memo || memo.openCount === 0) continue;
    told.add(runId);
    const { workflowName, sessionId, status, open, openCount } = memo;
    const startedAt = dateOf(info.startTime);
    yield { runId, workflowName, sessionId, startedAt, status, open, openCount };
    // Looking for one more may mean to look through all the others.
    left -= 1;
    if (left <= 0) return;
  }
}

/**
 * Finds the session's runs, and where its id has quotes, backslashes or control characters also others: the server's
 * queries cannot hold these as they are, so only what is before them is looked for.
 */
function sessionFilter(sessionId: string): string {
  const [findable = ''] = sessionId.split(/["'\\\p{Cc}]/u, 1);
  if (findable === '') return `${HOLDPOINT_SESSION.name} IS NOT NULL`;
  return `${HOLDPOINT_SESSION.name} ${findable === sessionId ? '=' : 'STARTS_WITH'} "${findable}"`;
}
