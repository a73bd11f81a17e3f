/**
 * Who was shown what, who decided what and when, what was refused and why: from a run's history alone, so that it needs
 * no worker and cannot be changed afterwards.
 */
import type { Client } from '@temporalio/client';
import { defined } from '../workflows/define/defined.ts';
import type { RunEvent } from '../workflows/protocol/events.ts';
import { MEMO_KEY, type OpenPause, type RunMemo } from '../workflows/protocol/memo.ts';
import type { RefusalCode } from '../workflows/protocol/requirement.ts';
import { ServerUnavailable } from './errors.ts';
import { type Cursor, eventId, type HistoryEvent, tailHistory } from './history-tail.ts';
import { decodeSignal, readPayload } from './payloads.ts';
import { readMemo } from './read-run.ts';
import { beginsAnew, EventReader, timeOf } from './run-events.ts';
import { addressOf } from './server-call.ts';

interface Common {
  /** ISO 8601. */
  readonly at: string;
}

type Answered = Extract<RunEvent, { event: 'StepContinued' | 'StepExecutorContinued' }>;

export type AuditEntry =
  /** `by`: the identity that Temporal has of the client. */
  | (Common & { readonly what: 'started'; readonly workflowName: string; readonly by?: string })
  /** What was asked; `shown` is as much of it as lists show, `run.stepRequirements` has the whole. */
  | (Common & {
      readonly what: 'asked';
      readonly requirement: string;
      readonly path: string;
      readonly shown?: OpenPause;
    })
  /** A signal arrived; what came of it follows. `identity`: what Temporal has of the client that sent it. */
  | (Common & {
      readonly what: 'sent';
      readonly signal: string;
      readonly requirements: readonly string[];
      readonly by?: string;
      readonly identity?: string;
    })
  /** `by`: who the sender said they were; `timeout`: the deadline. */
  | (Common &
      Pick<Answered, 'requirement' | 'resolution' | 'feedback' | 'given' | 'givenPreview' | 'tools'> & {
        readonly what: 'decided';
        readonly by?: string;
      })
  | (Common & {
      readonly what: 'refused';
      readonly signal: string;
      readonly code: RefusalCode;
      readonly reason: string;
      readonly requirement?: string;
      readonly by?: string;
    })
  /** By Temporal's own means, past every question; `identity`: what Temporal has of the client that did it. */
  | (Common & {
      readonly what: 'cancel' | 'terminate' | 'reset';
      readonly reason?: string;
      readonly identity?: string;
    })
  | (Common & {
      readonly what: 'ended';
      readonly status: 'completed' | 'cancelled' | 'failed';
      readonly error?: string;
    });

/** For one page of a history that is there. */
const PAGE_MS = 10_000;

/**
 * The entries so far, oldest first.
 * @param start where the run began
 * @param end the newest event
 * @throws {RunNotFound | ServerUnavailable}
 */
export async function auditOf(client: Client, runId: string, start: Cursor, end: Cursor): Promise<AuditEntry[]> {
  const reader = new AuditReader(client, runId);
  const stop = new AbortController();
  let { executionId } = start;
  // A question, and no wait: what the history has comes at once, or the server is away.
  const limit = () => setTimeout(() => stop.abort(new ServerUnavailable(addressOf(client), { isLate: true })), PAGE_MS);
  let timer = limit();
  try {
    for await (const page of tailHistory(client, runId, start, stop.signal)) {
      clearTimeout(timer);
      const isLast = executionId === end.executionId;
      for (const event of page.events)
        await reader.read(event, executionId, page.goesOn && event === page.events.at(-1));
      ({ executionId } = page.cursor);
      const isThere = page.events.some((event) => eventId(event) >= end.lastEventId);
      if (isLast && (page.goesOn || isThere)) break;
      timer = limit();
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return reader.entries;
}

class AuditReader {
  readonly entries: AuditEntry[] = [];
  readonly #client: Client;
  readonly #runId: string;
  readonly #events: EventReader;
  readonly #shown = new Map<string, OpenPause>();

  /** Executions that were read. */
  readonly #executions = new Set<string>();
  /** A reset's history begins with what the execution before it did. */
  #isCopy = false;

  constructor(client: Client, runId: string) {
    this.#client = client;
    this.#runId = runId;
    this.#events = new EventReader(client, runId, 1);
  }

  /** @param goesOn the event ends its execution, but not the run */
  async read(event: HistoryEvent, executionId: string, goesOn: boolean): Promise<void> {
    this.#events.trust(executionId);
    const original = event.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
    if (original !== executionId && this.#executions.has(original)) this.#isCopy = true;
    this.#executions.add(executionId);
    if (this.#isCopy) await this.#events.read(event, goesOn);
    else await this.#read(event, goesOn);
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed?.newRunId !== executionId) return;
    this.#isCopy = false;
    this.#intervened('reset', event, failed.failure?.message, failed.identity);
  }

  async #read(event: HistoryEvent, goesOn: boolean): Promise<void> {
    const {
      workflowExecutionStartedEventAttributes: started,
      workflowExecutionSignaledEventAttributes: signaled,
      workflowPropertiesModifiedEventAttributes: modified,
      workflowExecutionCancelRequestedEventAttributes: cancelled,
      workflowExecutionTerminatedEventAttributes: terminated,
    } = event;
    const at = timeOf(event);
    if (cancelled) this.#intervened('cancel', event, cancelled.cause, cancelled.identity);
    if (terminated && !goesOn) this.#intervened('terminate', event, terminated.reason, terminated.identity);
    if (started && (!started.continuedExecutionRunId || (await beginsAnew(this.#client, this.#runId, started)))) {
      const workflowName = started.workflowType?.name ?? '';
      this.entries.push(defined({ what: 'started', at, workflowName, by: started.identity || undefined }));
    }
    if (signaled) await this.#signal(signaled, at);
    const memo = modified?.upsertedMemo?.fields?.[MEMO_KEY];
    if (memo) this.#remember(readMemo(await readPayload(this.#client, this.#runId, memo)));
    for (const told of await this.#events.read(event, goesOn)) this.#tell(told);
    if (event.workflowExecutionCanceledEventAttributes && this.entries.at(-1)?.what !== 'ended') {
      this.entries.push({ what: 'ended', at, status: 'cancelled' });
    }
  }

  #intervened(
    what: 'cancel' | 'terminate' | 'reset',
    event: HistoryEvent,
    reason: string | null | undefined,
    identity: string | null | undefined,
  ): void {
    const told = { reason: reason || undefined, identity: identity || undefined };
    this.entries.push(defined({ what, at: timeOf(event), ...told }));
  }

  async #signal(
    { signalName, input, identity }: NonNullable<HistoryEvent['workflowExecutionSignaledEventAttributes']>,
    at: string,
  ): Promise<void> {
    const payload = input?.payloads?.[0];
    // Anybody may signal anything.
    const argument = payload && (await decodeSignal(this.#client, this.#runId, payload).catch(() => undefined));
    const { by } = (argument ?? {}) as { by?: unknown };
    const sent = { what: 'sent', at, signal: signalName ?? '', requirements: requirementsIn(argument) } as const;
    const who = { by: typeof by === 'string' ? by : undefined, identity: identity || undefined };
    this.entries.push(defined({ ...sent, ...who }));
  }

  #remember(memo: RunMemo | undefined): void {
    for (const pause of memo?.open ?? []) this.#shown.set(pause.id, pause);
  }

  #tell(event: RunEvent): void {
    const at = event.time;
    switch (event.event) {
      case 'StepPaused':
      case 'RouterPaused':
      case 'StepOutputReview':
      case 'StepExecutorPaused':
      case 'StepError': {
        const shown = this.#shown.get(event.requirement);
        const { requirement, path } = event;
        this.entries.push(defined({ what: 'asked', at, requirement, path, shown }));
        return;
      }
      case 'StepContinued':
      case 'StepExecutorContinued':
        this.#decided(event);
        return;
      case 'AnswerRefused': {
        const { signal, code, reason, requirement, by } = event;
        this.entries.push(defined({ what: 'refused', at, signal, code, reason, requirement, by }));
        return;
      }
      case 'WorkflowCompleted':
        this.entries.push({ what: 'ended', at, status: 'completed' });
        return;
      case 'WorkflowCancelled':
        this.entries.push({ what: 'ended', at, status: 'cancelled' });
        return;
      case 'WorkflowError':
        this.entries.push({ what: 'ended', at, status: 'failed', error: event.error });
        return;
      default:
    }
  }

  #decided({ time: at, resolvedBy: by, ...answered }: Answered): void {
    const { requirement, resolution, feedback, given, givenPreview, tools } = answered;
    const decided = { what: 'decided', at, requirement, resolution, by, feedback, given, givenPreview, tools } as const;
    this.entries.push(defined(decided));
  }
}

/** The requirements that a signal names, whatever it brings. */
function requirementsIn(argument: unknown): string[] {
  const { requirement, decisions } = (argument ?? {}) as { requirement?: unknown; decisions?: unknown };
  const named = Array.isArray(decisions)
    ? decisions.map((each: { requirement?: unknown } | null) => each?.requirement)
    : [requirement];
  return named.filter((each) => typeof each === 'string');
}
