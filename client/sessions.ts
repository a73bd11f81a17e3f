/** Lists of runs: those of a session, and those that wait for a human. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { MEMO_KEY, type OpenPause, type RunMemo } from '../workflows/protocol/memo.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STEP } from '../workflows/protocol/search-attributes.ts';
import type { RunStatus } from '../workflows/protocol/run-output.ts';
import { memoOf } from './compact-run.ts';
import { SearchAttributesMissing } from './errors.ts';
import { fetchRun } from './fetch-run.ts';
import { decodePayload } from './payloads.ts';
import type { Run } from './run.ts';
import { detailsOf, explained, GRPC, grpcCode, track } from './server-call.ts';

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
/** Executions per page of a list. */
const PAGE = 200;

/**
 * Visibility follows the run by some milliseconds: a run that has only just begun may be missing.
 * @throws {SearchAttributesMissing}
 */
export async function fetchSession(client: Client, sessionId: string): Promise<Session> {
  const startedAt = new Map<string, number>();
  for await (const info of list(client, sessionQuery(sessionId))) {
    if (sessionOf(info) !== sessionId) continue;
    // A run that continued as new is listed once per execution.
    const runId = runIdOf(info);
    startedAt.set(runId, Math.min(startOf(info), startedAt.get(runId) ?? Number.POSITIVE_INFINITY));
  }
  const runIds = [...startedAt].toSorted(([, a], [, b]) => a - b).map(([runId]) => runId);
  const runs: Run[] = [];
  for (let index = 0; index < runIds.length; index += FETCHES) {
    runs.push(...(await Promise.all(runIds.slice(index, index + FETCHES).map((runId) => fetchRun(client, runId)))));
  }
  return { sessionId, runs };
}

/**
 * The runs in which something waits for a human, page by page. By search attribute; where none are registered, from the
 * memos of all open workflows, which takes longer.
 */
export async function* pausedRuns(client: Client, limit: number): AsyncGenerator<PausedRun, void> {
  const running = "ExecutionStatus = 'Running'";
  let count = 0;
  for await (const info of withFallback(client, `${running} AND ${HOLDPOINT_STEP.name} IS NOT NULL`, running)) {
    const memo = await listedMemo(client, info);
    if (!memo || memo.openCount === 0) continue;
    if (count >= limit) return;
    count += 1;
    const { workflowName, sessionId, status, open, openCount } = memo;
    yield {
      runId: runIdOf(info),
      workflowName,
      sessionId,
      startedAt: new Date(startOf(info)),
      status,
      open,
      openCount,
    };
  }
}

async function* withFallback(client: Client, query: string, fallback: string): AsyncGenerator<ListedExecution> {
  try {
    yield* list(client, query);
  } catch (error) {
    // Only the first page can fail like this, so nothing is listed twice.
    if (!(error instanceof SearchAttributesMissing)) throw error;
    yield* list(client, fallback);
  }
}

type ListedExecution = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/**
 * The executions as the server lists them. The SDK's own list decodes the memo of each, and so fails as a whole where one
 * stranger's in the namespace cannot be read.
 * @throws {SearchAttributesMissing | ServerUnavailable | NamespaceNotFound}
 */
async function* list(client: Client, query: string): AsyncGenerator<ListedExecution> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  try {
    do {
      const request = { namespace, query, pageSize: PAGE, ...(nextPageToken ? { nextPageToken } : {}) };
      const page = await track(client, client.workflowService.listWorkflowExecutions(request));
      yield* page.executions;
      nextPageToken = page.nextPageToken;
    } while (nextPageToken?.length);
  } catch (error) {
    const code = grpcCode(error);
    if (code === GRPC.invalidArgument && /Holdpoint\w+/.test(detailsOf(error))) {
      throw new SearchAttributesMissing(client.options.namespace, { cause: error });
    }
    throw explained(client, error);
  }
}

function runIdOf({ execution }: ListedExecution): string {
  return execution?.workflowId ?? '';
}

function startOf({ startTime }: ListedExecution): number {
  return Number(startTime?.seconds ?? 0) * 1000 + Math.floor((startTime?.nanos ?? 0) / 1e6);
}

function sessionOf({ searchAttributes }: ListedExecution): unknown {
  const payload = searchAttributes?.indexedFields?.[HOLDPOINT_SESSION.name];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** What cannot be read is not ours, or not for this client. */
async function listedMemo(client: Client, info: ListedExecution): Promise<RunMemo | undefined> {
  const payload = info.memo?.fields?.[MEMO_KEY];
  if (!payload) return undefined;
  try {
    return memoOf({ memo: { [MEMO_KEY]: await decodePayload(client, runIdOf(info), payload) } });
  } catch {
    return undefined;
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
