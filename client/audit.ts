/**
 * Who was shown what, who decided what and when, what was refused and why: from a run's history alone, so that it needs
 * no worker and cannot be changed afterwards.
 */
import type { Client } from '@temporalio/client';
import type { RunEvent } from '../workflows/protocol/events.ts';
import { MEMO_KEY, type OpenPause, type RunMemo } from '../workflows/protocol/memo.ts';
import type { RefusalCode } from '../workflows/protocol/requirement.ts';
import { type HistoryEvent, startOf, tailHistory } from './history-tail.ts';
import { decodePayload, readPayload } from './payloads.ts';
import { EventReader, timeOf } from './run-events.ts';

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
  | (Common & {
      readonly what: 'ended';
      readonly status: 'completed' | 'cancelled' | 'failed';
      readonly error?: string;
    });

/** The entries so far, oldest first. @throws {RunNotFound} */
export async function auditOf(
  client: Client,
  runId: string,
  executionId: string,
  length: number,
): Promise<AuditEntry[]> {
  const reader = new AuditReader(client, runId, executionId);
  const stop = new AbortController();
  try {
    for await (const { events, cursor } of tailHistory(client, runId, startOf(executionId), stop.signal)) {
      for (const event of events) await reader.read(event);
      if (cursor.executionId === executionId && cursor.lastEventId >= length) break;
    }
  } finally {
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

  constructor(client: Client, runId: string, executionId: string) {
    this.#client = client;
    this.#runId = runId;
    this.#events = new EventReader(client, runId, 1);
    this.#events.trust(executionId);
  }

  async read(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionStartedEventAttributes: started,
      workflowExecutionSignaledEventAttributes: signaled,
      workflowPropertiesModifiedEventAttributes: modified,
    } = event;
    const at = timeOf(event);
    if (started) {
      const by = started.identity ? { by: started.identity } : {};
      this.entries.push({ what: 'started', at, workflowName: started.workflowType?.name ?? '', ...by });
    }
    if (signaled) await this.#signal(signaled, at);
    const memo = modified?.upsertedMemo?.fields?.[MEMO_KEY];
    if (memo) this.#remember((await readPayload(this.#client, this.#runId, memo)) as RunMemo | undefined);
    for (const told of await this.#events.read(event)) this.#tell(told);
    if (event.workflowExecutionCanceledEventAttributes && this.entries.at(-1)?.what !== 'ended') {
      this.entries.push({ what: 'ended', at, status: 'cancelled' });
    }
  }

  async #signal(
    { signalName, input, identity }: NonNullable<HistoryEvent['workflowExecutionSignaledEventAttributes']>,
    at: string,
  ): Promise<void> {
    const payload = input?.payloads?.[0];
    // Anybody may signal anything.
    const argument = payload && (await decodePayload(this.#client, this.#runId, payload).catch(() => undefined));
    const { by } = (argument ?? {}) as { by?: unknown };
    this.entries.push({
      ...{ what: 'sent', at, signal: signalName ?? '', requirements: requirementsIn(argument) },
      ...(typeof by === 'string' ? { by } : {}),
      ...(identity ? { identity } : {}),
    });
  }

  #remember(memo: RunMemo | undefined): void {
    if (memo?.version !== 1) return;
    for (const pause of memo.open) if (!this.#shown.has(pause.id)) this.#shown.set(pause.id, pause);
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
        this.entries.push({ what: 'asked', at, requirement, path, ...(shown ? { shown } : {}) });
        return;
      }
      case 'StepContinued':
      case 'StepExecutorContinued':
        this.#decided(event);
        return;
      case 'AnswerRefused': {
        const { signal, code, reason, requirement, by } = event;
        const about = { ...(requirement === undefined ? {} : { requirement }), ...(by === undefined ? {} : { by }) };
        this.entries.push({ what: 'refused', at, signal, code, reason, ...about });
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

  #decided({ time: at, requirement, resolution, resolvedBy, feedback, given, givenPreview, tools }: Answered): void {
    this.entries.push({
      ...{ what: 'decided', at, requirement, resolution },
      ...(resolvedBy === undefined ? {} : { by: resolvedBy }),
      ...(feedback === undefined ? {} : { feedback }),
      ...(given === undefined ? {} : { given }),
      ...(givenPreview === undefined ? {} : { givenPreview }),
      ...(tools === undefined ? {} : { tools }),
    });
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
