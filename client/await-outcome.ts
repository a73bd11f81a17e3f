/**
 * From a place in a run's history to its next pause or its end, by way of the fate of an answer.
 * The history says when to look; one query at a pause then fetches the whole run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { RunFailed, ServerUnavailable } from './errors.ts';
import { isAccepted, type SentAnswer } from './fate.ts';
import { fetchEnded, fetchRun, fromResult } from './fetch-run.ts';
import { type Cursor, type TailPage, tailHistory } from './history-tail.ts';
import { HistoryView } from './history-view.ts';
import { decodePayload } from './payloads.ts';
import { type Run, withCursor } from './run.ts';
import type { Wait } from './wait.ts';

/** How often to ask for the fate of an answer while no worker is there to tell it. */
const FATE_RETRY_MS = 2_000;
const SERVER_RETRY_MS = 1_000;

export interface Awaited {
  readonly client: Client;
  readonly runId: string;
  /** Where to read on; it must not be after the answer. */
  readonly from: Cursor;
  readonly wait: Wait;
  readonly answer?: SentAnswer | undefined;
  /** Where to stop: at the next pause or the end, or as soon as the run has taken the answer. */
  readonly until?: 'pause' | 'accepted' | undefined;
}

/**
 * The run at its next pause or at its end, whatever that is – or, for `accepted`, when it has taken the answer.
 * @throws {RequirementAlreadyResolved | InvalidAnswer | RunNotPaused} when the answer did not take effect
 */
export async function awaitOutcome(awaited: Awaited): Promise<Run> {
  const { client, runId, wait, answer, until } = awaited;
  const view = new HistoryView(client, runId, answer?.decisionId);
  const pages = tailHistory(client, runId, awaited.from, wait.signal, (error) => wait.unreadable(error));
  let cursor = awaited.from;
  let next: Promise<IteratorResult<TailPage, void>> | undefined;
  let accepted = answer === undefined;
  for (;;) {
    next ??= pages.next();
    const page = await (view.processed && !accepted ? untilPageOrTick(next, wait) : next);
    if (page) {
      next = undefined;
      wait.readable();
      if (page.done) return withCursor(await runAtEnd(awaited, view, accepted, cursor), cursor);
      await view.read(page.value.events);
      cursor = page.value.cursor;
      if (page.value.events.length > 0) wait.progress(view.taskFailure);
    }
    if (!view.processed) continue;
    accepted ||= answer!.requirements.every((id) => view.decided.has(id));
    if (accepted && !view.paused && until !== 'accepted') continue;
    // A refused answer is in no memo.
    const needsQuery = !accepted;
    const run = await patiently(awaited, () => fetchRun(client, runId, needsQuery));
    if (!accepted) {
      // Without a worker nobody knows yet.
      accepted = run.complete && isAccepted(run, answer!);
      if (!accepted) continue;
    }
    if (run.isPaused || until === 'accepted') return withCursor(run, cursor);
    // The memo was out of date by the time of the query. It is the history that tells of the end: a function around the
    // workflow may have more to do.
    view.paused = false;
  }
}

/** The next page – or nothing, when it is time to ask again for the fate of an answer. */
async function untilPageOrTick(
  next: Promise<IteratorResult<TailPage, void>>,
  wait: Wait,
): Promise<IteratorResult<TailPage, void> | undefined> {
  const timer = new AbortController();
  const tick = sleep(FATE_RETRY_MS, undefined, { signal: timer.signal }).catch(() => undefined);
  // The page may never be looked at again.
  next.catch(() => undefined);
  try {
    return await wait.until(Promise.race([next, tick]));
  } finally {
    timer.abort();
  }
}

async function runAtEnd(awaited: Awaited, view: HistoryView, accepted: boolean, end: Cursor): Promise<Run> {
  const { client, runId } = awaited;
  const ended = () => fetchEnded(client, runId, end.executionId);
  const run = (await resultOf(client, runId, view)) ?? (await patiently(awaited, ended));
  if (!accepted) isAccepted(run, awaited.answer!);
  return run;
}

/** A server that is away for a moment does not end the wait. */
async function patiently({ wait }: Awaited, fetch: () => Promise<Run>): Promise<Run> {
  for (;;) {
    try {
      return await wait.until(fetch());
    } catch (error) {
      if (!(error instanceof ServerUnavailable)) throw error;
      await wait.until(sleep(SERVER_RETRY_MS));
    }
  }
}

/** The result straight from the event, which saves a request. */
async function resultOf(client: Client, runId: string, { completed }: HistoryView): Promise<Run | undefined> {
  const payload = completed?.result?.payloads?.[0];
  if (!payload) return undefined;
  return fromResult(await decodePayload(client, runId, payload), runId);
}

/** The run. @throws {RunFailed} when it failed. */
export function unlessFailed(run: Run): Run {
  if (run.status === 'failed') throw new RunFailed(run);
  return run;
}
