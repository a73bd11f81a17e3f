/**
 * The one reader of a run's history: by long poll, so waiting costs the run nothing and needs no worker. It follows
 * continue-as-new, retries and resets, and outlives a server that is away for a moment.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { type Description, describeRun } from './describe.ts';
import { RunNotFound, ServerUnavailable } from './errors.ts';
import { call, explained, GRPC, grpcCode, isRunNotFound, isTooLarge, track } from './server-call.ts';
import { untilAborted } from './wait.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type HistoryPage = { readonly events: readonly HistoryEvent[]; readonly nextPageToken: Uint8Array | undefined };

/** A place in a history, to read on from. */
export interface Cursor {
  /** Temporal's id of the execution within the chain, not holdpoint's run id. */
  readonly executionId: string;
  readonly pageToken?: Uint8Array;
  readonly lastEventId: number;
}

/** Events that arrived together, and the place after them. An empty page: nothing happened for a while. */
export interface TailPage {
  readonly events: readonly HistoryEvent[];
  /** The last of them ends its execution, and another one goes on: by continue-as-new, a retry, or a reset. */
  readonly goesOn: boolean;
  readonly cursor: Cursor;
}

/** A little more than the server holds a poll. */
const POLL_MS = 70_000;
const ALL_EVENTS = 1;
const RETRY_MS = { first: 200, most: 5_000 };
/** Failures of a server that is restarting, busy or out of reach. */
const PASSING = new Set<number | undefined>([
  GRPC.cancelled,
  GRPC.unknown,
  GRPC.deadlineExceeded,
  GRPC.resourceExhausted,
  GRPC.aborted,
  GRPC.internal,
  GRPC.unavailable,
]);

export function startOf(executionId: string): Cursor {
  return { executionId, lastEventId: 0 };
}

/** Temporal's id of an execution. */
export function executionOf({ workflowExecutionInfo }: Description): string {
  return workflowExecutionInfo?.execution?.runId ?? '';
}

export function eventId(event: HistoryEvent): number {
  return Number(event.eventId);
}

/**
 * The server shows the task of an update before it is written, and does not write it where the update is refused: what
 * comes next has its numbers.
 */
function beginsTask({ workflowTaskScheduledEventAttributes, workflowTaskStartedEventAttributes }: HistoryEvent) {
  return Boolean(workflowTaskScheduledEventAttributes ?? workflowTaskStartedEventAttributes);
}

/** The start of the oldest execution of a run that the namespace still keeps: those before may be past its retention. */
export async function oldestExecution(client: Client, workflowId: string, current: Description): Promise<Cursor> {
  const runId = executionOf(current);
  const first = current.workflowExecutionInfo?.firstRunId || runId;
  if (first === runId || (await beginning(client, workflowId, first))) return startOf(first);
  for (let executionId = runId; ; ) {
    const before = (await beginning(client, workflowId, executionId))?.continuedExecutionRunId;
    if (!before || !(await beginning(client, workflowId, before))) return startOf(executionId);
    executionId = before;
  }
}

/** How an execution began; `undefined` where it is not kept any more. */
async function beginning(client: Client, workflowId: string, runId: string) {
  const { namespace } = client.options;
  const request = { namespace, execution: { workflowId, runId }, maximumPageSize: 1 };
  try {
    const { history } = await call(client, () => client.workflowService.getWorkflowExecutionHistory(request));
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? undefined;
  } catch (error) {
    if (isRunNotFound(error)) return undefined;
    throw error;
  }
}

/** Its server's long polls do not end. @throws {TypeError} */
function refuseTimeSkipping({ connection }: Client): void {
  if (!(connection as { readonly testService?: unknown }).testService) return;
  throw new TypeError(
    "Temporal's time-skipping test server ends no wait of this client: use timeSkippingClient(env) or createTestEnv() of holdpoint/testing.",
  );
}

/**
 * Pages of events from `from` on, as they happen; ends after the event that closes the last execution of the chain.
 * @param onFailure told of requests that fail again and again, and are made again
 * @throws the signal's reason when it aborts, at once
 * @throws {RunNotFound | AccessDenied | TypeError} the last on a time-skipping test server
 */
export async function* tailHistory(
  client: Client,
  workflowId: string,
  from: Cursor,
  signal: AbortSignal,
  onFailure?: (error: unknown) => void,
): AsyncGenerator<TailPage, void> {
  refuseTimeSkipping(client);
  let cursor: Cursor = from;
  const paging: Paging = {};
  for (;;) {
    const page = await pollPatiently(client, workflowId, cursor, paging, signal, onFailure).catch(
      async (error: unknown) => {
        // A place that somebody kept for long: past its retention, while the run goes on in another execution.
        if (!(error instanceof RunNotFound)) throw error;
        const current = executionOf(await patiently(signal, () => describeRun(client, workflowId)));
        if (current === cursor.executionId) throw error;
        cursor = startOf(current);
      },
    );
    if (!page) continue;
    const { executionId, lastEventId } = cursor;
    const events = page.events.filter((event) => eventId(event) > lastEventId);
    // Where all of it is known already – the run had ended here –, another execution may go on since.
    const last = events.at(-1) ?? page.events.at(-1);
    const next = last && (await nextExecution(client, workflowId, executionId, last, signal));
    cursor = next
      ? startOf(next)
      : {
          executionId,
          lastEventId: Math.max(lastEventId, ...events.filter((event) => !beginsTask(event)).map(eventId)),
          ...(page.nextPageToken?.length ? { pageToken: page.nextPageToken } : {}),
        };
    yield { events, goesOn: next !== undefined, cursor };
    if (last && isClosing(last) && !next) return;
  }
}

async function pollPatiently(
  client: Client,
  workflowId: string,
  cursor: Cursor,
  paging: Paging,
  signal: AbortSignal,
  onFailure?: (error: unknown) => void,
): Promise<HistoryPage> {
  let pageToken = cursor.pageToken;
  let failures = 0;
  const request = () => {
    const page = { ...(pageToken ? { nextPageToken: pageToken } : {}), ...paging };
    return poll(client, { workflowId, runId: cursor.executionId }, page, signal);
  };
  try {
    return await patiently(signal, request, (error) => {
      const isRefused = grpcCode(error) === GRPC.invalidArgument && pageToken !== undefined;
      // A token that the server no longer takes: read again from the start, known events are left out.
      if (isRefused) pageToken = undefined;
      else if (isTooLarge(error) && !paging.maximumPageSize) paging.maximumPageSize = 1;
      else {
        failures += 1;
        // One is a connection that was cut, as they are.
        if (failures > 1) onFailure?.(error);
        return false;
      }
      return true;
    });
  } catch (error) {
    throw isRunNotFound(error) ? new RunNotFound(workflowId, client.options.namespace) : explained(client, error);
  }
}

/**
 * Asks again for as long as the server is away; the caller's signal bounds it.
 * @param mend changes what is asked for, where it can
 */
async function patiently<T>(
  signal: AbortSignal,
  request: () => Promise<T>,
  mend: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let delay = RETRY_MS.first; ; delay = Math.min(delay * 2, RETRY_MS.most)) {
    // It may have aborted while nothing was asked: a request made now would not hear of it.
    signal.throwIfAborted();
    try {
      return await untilAborted(signal, request());
    } catch (error) {
      signal.throwIfAborted();
      if (mend(error)) continue;
      const code = grpcCode(error);
      if (!PASSING.has(code) && !(error instanceof ServerUnavailable)) throw error;
      if (code !== GRPC.deadlineExceeded) await untilAborted(signal, sleep(delay));
    }
  }
}

/** How much to ask for at once: as much as the server likes, or as little as it can. */
interface Paging {
  maximumPageSize?: number;
}

async function poll(
  client: Client,
  execution: { workflowId: string; runId: string },
  page: Paging & { readonly nextPageToken?: Uint8Array },
  signal: AbortSignal,
): Promise<HistoryPage> {
  // The connection never takes its listener off a signal, so each poll gets a signal of its own.
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener('abort', stop, { once: true });
  const request = {
    namespace: client.options.namespace,
    execution,
    waitNewEvent: true,
    skipArchival: true,
    historyEventFilterType: ALL_EVENTS,
    ...page,
  };
  try {
    const asked = () => client.workflowService.getWorkflowExecutionHistory(request);
    const polled = () =>
      client.connection.withAbortSignal(own.signal, () => client.withDeadline(Date.now() + POLL_MS, asked));
    const { history, nextPageToken } = await untilAborted(signal, track(client, polled));
    return { events: history?.events ?? [], nextPageToken };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Does this event end its execution? */
function isClosing(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionCompletedEventAttributes ??
      event.workflowExecutionFailedEventAttributes ??
      event.workflowExecutionTimedOutEventAttributes ??
      event.workflowExecutionCanceledEventAttributes ??
      event.workflowExecutionTerminatedEventAttributes ??
      event.workflowExecutionContinuedAsNewEventAttributes,
  );
}

/** The execution that goes on where this event ended one. */
async function nextExecution(
  client: Client,
  workflowId: string,
  executionId: string,
  event: HistoryEvent,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { newExecutionRunId } =
    event.workflowExecutionContinuedAsNewEventAttributes ??
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes ??
    {};
  if (newExecutionRunId) return newExecutionRunId;
  if (!isClosing(event)) return undefined;
  try {
    return await patiently(signal, () => resetOf(client, workflowId, executionId));
  } catch (error) {
    // Deleted just now: then there is no more to read.
    if (error instanceof RunNotFound) return undefined;
    throw error;
  }
}

/**
 * An operator may reset a run, also one that has ended. No event of an old execution names the new one; the server knows it
 * of the execution that was reset, and not of one that ended because an earlier one was.
 */
async function resetOf(client: Client, workflowId: string, executionId: string): Promise<string | undefined> {
  const newest = await describeRun(client, workflowId);
  const newestId = executionOf(newest);
  if (newestId === executionId) return undefined;
  const ended = await describeRun(client, workflowId, { executionId });
  const firstOf = ({ workflowExecutionInfo }: Description) => workflowExecutionInfo?.firstRunId;
  return ended.workflowExtendedInfo?.resetRunId || (firstOf(newest) === firstOf(ended) ? newestId : undefined);
}
