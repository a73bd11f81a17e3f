/**
 * A run as it is now: from its query while it is open, from its result or failure once it is closed – never by query
 * then, which would fail after a deploy – and from its memo where neither can be had.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  QueryNotRegisteredError,
  WorkflowClient,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  ExternalStorageNotConfiguredError,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { defined } from '../workflows/define/defined.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { MEMO_KEY, type RunMemo } from '../workflows/protocol/memo.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { RUN_QUERY } from '../workflows/protocol/signals.ts';
import { DecryptionFailed, RunNotFound, StoredPayloadUnavailable } from './errors.ts';
import { compactRun } from './compact-run.ts';
import { describeRun } from './describe.ts';
import { type ExecutionInfo, isClosed, runIdOf } from './execution-info.ts';
import { decodePayload } from './payloads.ts';
import { isRunOutput, readMemo } from './read-run.ts';
import { hasEnded, Run } from './run.ts';
import { answerLimitOf } from './size-limits.ts';
import { callRun, checkRunId, explained, isDenied, track } from './server-call.ts';

/** How long a worker has to answer the query. */
const QUERY_MS = 3_000;

/**
 * @param needsQuery where a memo will not do: then a query that the server does not let us ask is an error
 * @throws {RunNotFound}
 */
export async function fetchRun(client: Client, runId: string, needsQuery = false): Promise<Run> {
  const output = await queryRun(client, runId, needsQuery);
  if (output && !hasEnded(output)) return new Run(output, true, answerLimitOf(client));
  const info = (await describeRun(client, runId)).workflowExecutionInfo ?? {};
  if (output && !isClosed(info)) return new Run(notYetEnded(output), true, answerLimitOf(client));
  return isClosed(info)
    ? closedRun(client, runId, info)
    : compactRun(info, await memoOf(client, runId, info), {}, answerLimitOf(client));
}

/** The run that this execution has ended, also where another has begun under its id since. @throws {RunNotFound} */
export async function fetchEnded(client: Client, runId: string, executionId: string): Promise<Run> {
  return closedRun(client, runId, (await describeRun(client, runId, { executionId })).workflowExecutionInfo ?? {});
}

async function memoOf(client: Client, runId: string, { memo }: ExecutionInfo): Promise<RunMemo | undefined> {
  const payload = memo?.fields?.[MEMO_KEY];
  return payload ? readMemo(await decodePayload(client, runId, payload)) : undefined;
}

/**
 * A run that says that it has ended while it is open: a function of the user's around it goes on, or the server has not
 * taken its end – and may never, as where a signal came first: then the run hears that one, and ends in another way.
 */
function notYetEnded({ error: _, ...output }: RunOutput): RunOutput {
  return { ...output, status: 'running', content: null };
}

/** The full output of an open run, or `undefined` where no worker answers or the run is closed. */
async function queryRun(client: Client, runId: string, isNeeded: boolean): Promise<RunOutput | undefined> {
  checkRunId(client, runId);
  const query = () => untilTask(() => openOnly(client).getHandle(runId).query<unknown>(RUN_QUERY));
  try {
    const output = await track(client, () => client.withDeadline(Date.now() + QUERY_MS, query));
    return isRunOutput(output) ? output : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new RunNotFound(runId, client.options.namespace);
    if (error instanceof DecryptionFailed || error instanceof StoredPayloadUnavailable) throw error;
    if (error instanceof ExternalStorageNotConfiguredError) throw notConfigured(error);
    if (isNeeded && isDenied(error)) throw explained(client, error);
    // Whatever else kept the query from being answered: describing the run tells, or fails with a better error.
    return undefined;
  }
}

/** How often a query is asked again that came before its workflow task: the next one comes with it. */
const AGAIN = 3;

/** Asks again where the query reached the worker before the workflow task that it should have come with. */
async function untilTask<T>(query: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await query();
    } catch (error) {
      if (tries === AGAIN || !isEarly(error)) throw error;
      await sleep(20);
    }
  }
}

/** With encryption an error has no other text. */
function isEarly(error: unknown): boolean {
  if (!(error instanceof QueryNotRegisteredError)) return false;
  return error.message.includes(FAILURE.queriedEarly) || error.message === 'Encoded failure';
}

function notConfigured(cause: Error): StoredPayloadUnavailable {
  return new StoredPayloadUnavailable('no external storage is configured', { cause });
}

/** The result of a run that is closed. @throws {RunNotFound} */
async function closedRun(client: Client, runId: string, info: ExecutionInfo): Promise<Run> {
  const memo = await memoOf(client, runId, info);
  const handle = client.workflow.getHandle(runId, info.execution?.runId ?? undefined);
  try {
    const result: unknown = await callRun(client, runId, () => handle.result());
    // Of a function around it that returns something else, a run that a human's no has cancelled completes too.
    const status = memo?.status === 'cancelled' ? 'cancelled' : 'completed';
    return fromResult(result, runId) ?? compactRun(info, memo, { status });
  } catch (error) {
    if (error instanceof WorkflowFailedError) return fromFailure(error.cause, info, memo);
    if (error instanceof ExternalStorageNotConfiguredError) throw notConfigured(error);
    throw error;
  }
}

/** The run that a workflow's result describes, or `undefined` where it is no {@link RunOutput}, or another run's. */
export function fromResult(result: unknown, runId: string): Run | undefined {
  return isRunOutput(result) && result.runId === runId ? new Run(result, true) : undefined;
}

function fromFailure(cause: Error | undefined, info: ExecutionInfo, memo: RunMemo | undefined): Run {
  // An interceptor of the worker's may have put the run's failure into another; and a child's has what that one did.
  for (let each: unknown = cause; each instanceof Error; each = each.cause) {
    const detail = each instanceof ApplicationFailure ? each.details?.[0] : undefined;
    if (isRunOutput(detail) && detail.runId === runIdOf(info)) return new Run(detail, true);
  }
  if (cause instanceof CancelledFailure) return compactRun(info, memo, { status: 'cancelled' });
  const message = cause?.message ?? 'the workflow failed without a reason';
  const error = defined({ message, path: info.type?.name ?? '', type: failureType(cause) });
  return compactRun(info, memo, { status: 'failed', error });
}

function failureType(cause: Error | undefined): string | undefined {
  if (cause instanceof TerminatedFailure) return 'holdpoint.Terminated';
  if (cause instanceof TimeoutFailure) return 'holdpoint.TimedOut';
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** A client whose queries the server refuses for closed runs, so that asking is one request for open and closed alike. */
const openOnlyClients = new WeakMap<Client, WorkflowClient>();

function openOnly(client: Client): WorkflowClient {
  let made = openOnlyClients.get(client);
  if (!made) {
    made = new WorkflowClient({
      ...client.workflow.options,
      connection: client.connection,
      queryRejectCondition: 'NOT_OPEN',
    });
    openOnlyClients.set(client, made);
  }
  return made;
}
