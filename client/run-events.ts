/**
 * The events of a run, from its history: by the one long poll that waits for everything, so watching needs no worker and
 * costs the run nothing. Every watcher sees the same events in the same order, each once, however often it reconnects:
 * the run itself has numbered them.
 */
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { isCarriedJournal, type JournalEntry, type RunEvent, type RunEventName } from '../workflows/protocol/events.ts';
import { CONTINUES_MEMO_KEY, MEMO_KEY, type RunMemo } from '../workflows/protocol/memo.ts';
import { ON_PAUSE_ACTIVITY } from '../workflows/protocol/on-pause.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { type Cursor, eventId, type HistoryEvent, tailHistory } from './history-tail.ts';
import { isReference, ownFailure, readMessage, readPayload } from './payloads.ts';
import { readJournal, readMemo } from './read-run.ts';
import { dateOf } from './timestamps.ts';

/** Nothing of a run comes after these. */
const LAST: readonly RunEventName[] = ['WorkflowCompleted', 'WorkflowCancelled', 'WorkflowError'];

export function endsRun(event: RunEventName): boolean {
  return LAST.includes(event);
}

/** Bytes of an argument that may take a journal along, encoded. */
const CARRYING_LIMIT = 128 * 1024;

/** Who a run is, for its events. */
export interface EventSource {
  readonly client: Client;
  readonly runId: string;
  /** Where in the history to read from. */
  readonly cursor: Cursor;
  /** The number of the first event that is wanted. */
  readonly from: number;
  readonly signal: AbortSignal;
}

/** Events from `from` on, as they happen; ends after the one that ends the run. @throws the signal's reason · {RunNotFound} */
export async function* runEvents({ client, runId, cursor, from, signal }: EventSource): AsyncGenerator<RunEvent, void> {
  const reader = new EventReader(client, runId, from);
  reader.trust(cursor.executionId);
  for await (const page of tailHistory(client, runId, cursor, signal)) {
    for (const event of page.events) yield* await reader.read(event, page.goesOn && event === page.events.at(-1));
    // What a workflow task has done arrives together.
    yield* reader.pauseIfAny();
    reader.trust(page.cursor.executionId);
  }
}

/** Makes events of a history, read from its beginning or from a place in it. */
export class EventReader {
  readonly #client: Client;
  readonly #runId: string;
  #next: number;
  /** The newest number in this history, and the newest that was told. */
  #read: number;
  #told = 0;
  /** The newest number when an execution began: a reset's begins there again. */
  readonly #begun = new Map<string, number>();
  /** The executions of resets; the copy that a later reset begins with has the event of an earlier one. */
  readonly #resets = new Set<string>();
  readonly #executions = new Set<string>();
  #run: Pick<RunEvent, 'workflowName' | 'sessionId'>;
  /** How the run itself said that it ended; what ends the execution around it is told where it says otherwise. */
  #said: RunEventName | undefined;
  /** The run is paused, unless the same workflow task goes on to say otherwise. */
  #pause: { readonly task: number; readonly sequence: number; readonly time: string } | undefined;

  constructor(client: Client, runId: string, from: number) {
    this.#client = client;
    this.#runId = runId;
    this.#next = from;
    this.#read = from - 1;
    this.#run = { workflowName: '', sessionId: runId };
  }

  /** Takes journals that this execution's activities carry: what else looks like one is data. */
  trust(executionId: string | null | undefined): void {
    if (executionId) this.#executions.add(executionId);
  }

  /** @param goesOn the event ends an execution, but not the run */
  async read(event: HistoryEvent, goesOn = false): Promise<RunEvent[]> {
    const task = taskOf(event);
    const before = this.#pause && this.#pause.task !== task ? this.pauseIfAny() : [];
    const next = this.#next;
    const told = await this.#readOne(event, task);
    // The end of an execution that goes on has no number.
    if (goesOn && told.some((each) => each.event === 'WorkflowError')) this.#next = next;
    return [...before, ...(goesOn ? told.filter((each) => each.event !== 'WorkflowError') : told)];
  }

  pauseIfAny(): RunEvent[] {
    if (!this.#pause) return [];
    const { sequence, time } = this.#pause;
    this.#pause = undefined;
    return this.#wanted(sequence) ? [{ event: 'WorkflowPaused', ...this.#common(sequence, time) }] : [];
  }

  async #readOne(event: HistoryEvent, task: number): Promise<RunEvent[]> {
    const {
      workflowExecutionStartedEventAttributes: started,
      workflowPropertiesModifiedEventAttributes: modified,
      activityTaskScheduledEventAttributes: scheduled,
      workflowExecutionCompletedEventAttributes: completed,
      workflowExecutionFailedEventAttributes: failed,
      workflowTaskFailedEventAttributes: failedTask,
    } = event;
    if (started) {
      this.#said = undefined;
      const original = started.originalExecutionRunId ?? '';
      const known = this.#begun.get(original);
      // What begins anew is numbered anew.
      const isAnew = known === undefined && (await beginsAnew(this.#client, this.#runId, started));
      if (isAnew) this.#countFrom(0);
      // One whose beginning was not read began where the run did, or another execution ended.
      this.#read = known ?? (isAnew || !started.continuedExecutionRunId ? 0 : this.#read);
      this.#begun.set(original, this.#read);
      return this.#start(started);
    }
    if (failedTask?.newRunId && !this.#resets.has(failedTask.newRunId)) {
      // A reset: from here on it is another execution that writes, and counts on from here.
      this.#resets.add(failedTask.newRunId);
      this.trust(failedTask.newRunId);
      this.#said = undefined;
      this.#countFrom(this.#read);
    }
    const memo = modified?.upsertedMemo?.fields?.[MEMO_KEY];
    if (memo) return this.#memo(readMemo(await this.#decode(memo)), event, task);
    if (scheduled) {
      // Telling somebody of a pause does not end it.
      if (scheduled.activityType?.name !== ON_PAUSE_ACTIVITY) this.#pause = undefined;
      const payloads = scheduled.input?.payloads ?? [];
      const last = payloads.at(-1);
      // A single one has no journal where it is large, or stored: then that would be beside it.
      const mayCarry =
        last && (payloads.length > 1 || ((last.data?.length ?? 0) <= CARRYING_LIMIT && !isReference(last)));
      const carried = mayCarry && (await this.#decode(last));
      return isCarriedJournal(carried, (id) => this.#executions.has(id))
        ? this.#entries(readJournal(carried.__holdpointJournal))
        : [];
    }
    if (completed) return this.#last(await this.#decode(completed.result?.payloads?.[0]), event, 'WorkflowCompleted');
    if (failed) {
      const detail = ownFailure(failed.failure)?.applicationFailureInfo?.details?.payloads?.[0];
      return this.#last(
        await this.#decode(detail),
        event,
        'WorkflowError',
        (await readMessage(this.#client, this.#runId, failed.failure)) ?? 'no reason is known',
      );
    }
    return this.#endedByTheServer(event);
  }

  async #start({ workflowType, input, originalExecutionRunId, firstExecutionRunId }: Started): Promise<RunEvent[]> {
    // A reset's history has what the execution before it did.
    this.trust(originalExecutionRunId);
    this.trust(firstExecutionRunId);
    const options = await this.#decode(input?.payloads?.[1]);
    const sessionId = (options as { sessionId?: unknown } | undefined)?.sessionId;
    this.#run = {
      workflowName: workflowType?.name ?? '',
      sessionId: typeof sessionId === 'string' ? sessionId : this.#runId,
    };
    return [];
  }

  #memo(memo: RunMemo | undefined, event: HistoryEvent, task: number): RunEvent[] {
    if (!memo) return [];
    const { workflowName, sessionId, status, sequence, journal } = memo;
    this.#run = { workflowName, sessionId };
    const told = this.#entries(readJournal(journal));
    this.#pause = status === 'paused' ? { task, sequence, time: timeOf(event) } : undefined;
    return told;
  }

  /** What the result has beside; where it has nothing – another program's workflow, or another run's – the end alone. */
  #last(result: unknown, event: HistoryEvent, name: 'WorkflowCompleted' | 'WorkflowError', error?: string): RunEvent[] {
    const given = result as Partial<RunOutput> | undefined;
    const output = given?.runId === this.#runId ? given : undefined;
    if (output?.journal) return this.#entries(readJournal(output.journal));
    const isSaid = name === 'WorkflowCompleted' && (this.#said === name || this.#said === 'WorkflowCancelled');
    return isSaid || typeof output?.sequence === 'number' ? [] : this.#end(event, name, error);
  }

  #endedByTheServer(event: HistoryEvent): RunEvent[] {
    if (event.workflowExecutionTerminatedEventAttributes) {
      const { reason } = event.workflowExecutionTerminatedEventAttributes;
      return this.#end(event, 'WorkflowError', `terminated${reason ? `: ${reason}` : ''}`);
    }
    if (event.workflowExecutionCanceledEventAttributes) {
      return this.#said === 'WorkflowCancelled' ? [] : this.#end(event, 'WorkflowCancelled');
    }
    return event.workflowExecutionTimedOutEventAttributes ? this.#end(event, 'WorkflowError', 'timed out') : [];
  }

  #end(event: HistoryEvent, name: 'WorkflowCompleted' | 'WorkflowCancelled' | 'WorkflowError', error = ''): RunEvent[] {
    const sequence = this.#read + 1;
    // It was told before, to a reader that connects again.
    if (sequence < this.#next) return [];
    this.#next = sequence + 1;
    const common = this.#common(sequence, timeOf(event));
    return name === 'WorkflowError' ? [{ event: name, error, ...common }] : [{ event: name, ...common }];
  }

  #entries(journal: readonly JournalEntry[]): RunEvent[] {
    return journal.flatMap(([sequence, time, event, path, data]) => {
      if (endsRun(event)) this.#said = event;
      if (!this.#wanted(sequence)) return [];
      const node = path === '' ? {} : { path, stepName: nameOf(path) };
      const head = { event, ...this.#common(sequence, new Date(time).toISOString()), ...node };
      // Twice: first for the order of keys, last because what an event is, its own fields do not change.
      return [{ ...head, ...data, ...head } as unknown as RunEvent];
    });
  }

  /** Each number once, and in order, whatever is read twice. */
  #wanted(sequence: number): boolean {
    this.#read = sequence;
    if (sequence < this.#next) return false;
    this.#told = sequence;
    this.#next = sequence + 1;
    return true;
  }

  /** The run was put back: what it told after this number does not count any more, and comes anew. */
  #countFrom(sequence: number): void {
    if (this.#told > sequence) this.#next = sequence + 1;
    this.#told = Math.min(this.#told, sequence);
  }

  #common(sequence: number, time: string) {
    return { runId: this.#runId, ...this.#run, sequence, time };
  }

  async #decode(payload: Payload | null | undefined): Promise<unknown> {
    return readPayload(this.#client, this.#runId, payload);
  }
}

/** Of `ContinueAsNewInitiator`: the workflow itself; others are a retry and cron. */
const BY_ITSELF = 1;

/**
 * A run of its own after the one before: begun by Temporal, or by a function around `workflow()` that continues as new. That
 * one may hand the memo on: then it names an execution that is not the one before.
 */
export async function beginsAnew(client: Client, runId: string, started: Started): Promise<boolean> {
  const { continuedExecutionRunId: before, initiator, memo } = started;
  if (!before || Number(initiator ?? 0) > BY_ITSELF) return Boolean(before);
  return (await readPayload(client, runId, memo?.fields?.[CONTINUES_MEMO_KEY])) !== before;
}

type Started = NonNullable<HistoryEvent['workflowExecutionStartedEventAttributes']>;

/** The workflow task that an event comes from: all that one task does is written at once. */
function taskOf(event: HistoryEvent): number {
  const { workflowPropertiesModifiedEventAttributes: modified, activityTaskScheduledEventAttributes: scheduled } =
    event;
  const { markerRecordedEventAttributes: marker, timerStartedEventAttributes: timer } = event;
  const { upsertWorkflowSearchAttributesEventAttributes: upserted, timerCanceledEventAttributes: cancelled } = event;
  const { workflowExecutionCompletedEventAttributes: completed } = event;
  const source = modified ?? scheduled ?? marker ?? timer ?? upserted ?? cancelled ?? completed;
  return Number(source?.workflowTaskCompletedEventId ?? -eventId(event));
}

/** ISO 8601. */
export function timeOf({ eventTime }: HistoryEvent): string {
  return dateOf(eventTime).toISOString();
}

/** The name of the node at a path: its last segment, without the iteration; `define/path.ts` the other way round. */
function nameOf(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1).replace(/\[\d+\]$/, '');
  return last.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
