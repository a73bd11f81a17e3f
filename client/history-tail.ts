/**
 * The one reader of a run's history: by long poll, so waiting costs the run nothing and needs no worker. It follows
 * continue-as-new, retries and resets, and outlives a server that is away for a moment.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { type Description, describeRun } from './describe.ts';
import { RunNotFound } from './errors.ts';
import { call, detailsOf, GRPC, grpcCode, isRunNotFound, track } from './server-call.ts';
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

/**
 * Pages of events from `from` on, as they happen; ends after the event that closes the last execution of the chain.
 * @throws the signal's reason when it aborts, at once
 * @throws {RunNotFound}
 */
export async function* tailHistory(
  client: Client,
  workflowId: string,
  from: Cursor,
  signal: AbortSignal,
): AsyncGenerator<TailPage, void> {
  let cursor: Cursor = from;
  const paging: Paging = {};
  for (;;) {
    const page = await pollPatiently(client, workflowId, cursor, paging, signal);
    const events = page.events.filter((event) => eventId(event) > cursor.lastEventId);
    // Where all of it is known already – the run had ended here –, another execution may go on since.
    const last = events.at(-1) ?? page.events.at(-1);
    const next = last && (await nextExecution(client, workflowId, cursor.executionId, last));
    const { executionId, lastEventId } = cursor;
    cursor = next
      ? startOf(next)
      : {
          executionId,
          lastEventId: last ? eventId(last) : lastEventId,
          ...(page.nextPageToken?.length ? { pageToken: page.nextPageToken } : {}),
        };
    yield { events, goesOn: next !== undefined, cursor };
    if (last && isClosing(last) && !next) return;
  }
}

/** Polls again for as long as the server is away; the caller's signal bounds it. */
async function pollPatiently(
  client: Client,
  workflowId: string,
  cursor: Cursor,
  paging: Paging,
  signal: AbortSignal,
): Promise<HistoryPage> {
  let pageToken = cursor.pageToken;
  for (let delay = RETRY_MS.first; ; delay = Math.min(delay * 2, RETRY_MS.most)) {
    try {
      const page = { ...(pageToken ? { nextPageToken: pageToken } : {}), ...paging };
      return await poll(client, { workflowId, runId: cursor.executionId }, page, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isRunNotFound(error)) throw new RunNotFound(workflowId, client.options.namespace);
      const code = grpcCode(error);
      // A token that the server no longer takes: read again from the start, known events are left out.
      if (code === GRPC.invalidArgument && pageToken !== undefined) pageToken = undefined;
      else if (isTooLarge(error) && !paging.maximumPageSize) paging.maximumPageSize = 1;
      else if (!PASSING.has(code)) throw error;
      else if (code !== GRPC.deadlineExceeded) await untilAborted(signal, sleep(delay));
    }
  }
}

/** How much to ask for at once: as much as the server likes, or as little as it can. */
interface Paging {
  maximumPageSize?: number;
}

/** More than a connection takes in one message: 4 MB, unless it was made as {@link ./connect.ts} makes it. */
function isTooLarge(error: unknown): boolean {
  return grpcCode(error) === GRPC.resourceExhausted && /larger than max/.test(detailsOf(error));
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
): Promise<string | undefined> {
  const { newExecutionRunId } =
    event.workflowExecutionContinuedAsNewEventAttributes ??
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes ??
    {};
  if (newExecutionRunId) return newExecutionRunId;
  if (!isClosing(event)) return undefined;
  // An operator may reset a run, also one that has ended: no event of the old execution names the new one.
  const { workflowExtendedInfo } = await describeRun(client, workflowId, { executionId });
  return workflowExtendedInfo?.resetRunId || undefined;
}
