/** Lists of runs: those of a session, and those that wait for a human. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { OpenPause } from '../workflows/protocol/memo.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STEP } from '../workflows/protocol/search-attributes.ts';
import type { RunStatus } from '../workflows/protocol/run-output.ts';
import { memoOf } from './compact-run.ts';
import { SearchAttributesMissing, ServerUnavailable } from './errors.ts';
import { fetchRun } from './fetch-run.ts';
import type { Run } from './run.ts';
import { addressOf, detailsOf, GRPC, grpcCode } from './server-call.ts';

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
  const startedAt = new Map<string, number>();
  for await (const { workflowId, startTime, typedSearchAttributes } of list(client, sessionQuery(sessionId))) {
    if (typedSearchAttributes.get(HOLDPOINT_SESSION) !== sessionId) continue;
    // A run that continued as new is listed once per execution.
    startedAt.set(workflowId, Math.min(startTime.getTime(), startedAt.get(workflowId) ?? Number.POSITIVE_INFINITY));
  }
  const runIds = [...startedAt].toSorted(([, a], [, b]) => a - b).map(([runId]) => runId);
  const runs: Run[] = [];
  for (let index = 0; index < runIds.length; index += FETCHES) {
    runs.push(...(await Promise.all(runIds.slice(index, index + FETCHES).map((runId) => fetchRun(client, runId)))));
  }
  return { sessionId, runs };
}

/**
 * The runs in which something waits for a human, page by page. By search attribute; where none are registered, from the memos of all open workflows,
 * which takes longer.
 */
export async function* pausedRuns(client: Client, limit: number): AsyncGenerator<PausedRun, void> {
  const running = "ExecutionStatus = 'Running'";
  let count = 0;
  for await (const info of withFallback(client, `${running} AND ${HOLDPOINT_STEP.name} IS NOT NULL`, running)) {
    const memo = memoOf(info);
    if (!memo || memo.openCount === 0) continue;
    if (count >= limit) return;
    count += 1;
    const { workflowName, sessionId, status, open, openCount } = memo;
    yield { runId: info.workflowId, workflowName, sessionId, startedAt: info.startTime, status, open, openCount };
  }
}

async function* withFallback(client: Client, query: string, fallback: string): AsyncGenerator<WorkflowExecutionInfo> {
  try {
    yield* list(client, query);
  } catch (error) {
    // Only the first page can fail like this, so nothing is listed twice.
    if (!(error instanceof SearchAttributesMissing)) throw error;
    yield* list(client, fallback);
  }
}

/** @throws {SearchAttributesMissing | ServerUnavailable} */
async function* list(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  try {
    yield* client.workflow.list({ query });
  } catch (error) {
    const code = grpcCode(error);
    if (code === GRPC.invalidArgument && /Holdpoint\w+/.test(detailsOf(error))) {
      throw new SearchAttributesMissing(client.options.namespace, { cause: error });
    }
    if (code === GRPC.unavailable) throw new ServerUnavailable(addressOf(client), { cause: error });
    throw error;
  }
}

/**
 * Finds the session's runs, and where its id has quotes, backslashes or control characters also others: the server's
 * queries cannot hold these as they are, so only what is before them is looked for.
 */
function sessionQuery(sessionId: string): string {
  const [findable = ''] = sessionId.split(/["'\\\p{Cc}]/u, 1);
  if (findable === '') return `${HOLDPOINT_SESSION.name} IS NOT NULL`;
  return `${HOLDPOINT_SESSION.name} ${findable === sessionId ? '=' : 'STARTS_WITH'} "${findable}"`;
}
