/** Histories as tests read them: event types by name, summaries, activities, and replays. */
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';

export type History = proto.temporal.api.history.v1.IHistory;
export type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

const { EventType } = proto.temporal.api.enums.v1;

/** `WorkflowTaskScheduled`, … */
export function typeOf({ eventType }: HistoryEvent): string {
  const name = EventType[eventType ?? 0] ?? '';
  return name
    .replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .replace(/(^|_)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

export async function eventsOf(handle: WorkflowHandle): Promise<HistoryEvent[]> {
  return (await handle.fetchHistory()).events ?? [];
}

export function ofType(events: readonly HistoryEvent[], type: string): HistoryEvent[] {
  return events.filter((event) => typeOf(event) === type);
}

/** What the Web UI shows beside an activity or a timer. */
export function summaryOf({ userMetadata }: HistoryEvent): string | undefined {
  return userMetadata?.summary ? defaultPayloadConverter.fromPayload<string>(userMetadata.summary) : undefined;
}

/** Polls the history until it satisfies the predicate; needs no worker. */
export async function untilHistory(
  handle: WorkflowHandle,
  predicate: (events: HistoryEvent[]) => boolean,
  timeoutMs = 20_000,
): Promise<HistoryEvent[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const events = await eventsOf(handle);
    if (predicate(events)) return events;
    if (Date.now() > deadline) throw new Error(`gave up waiting; the history is ${events.map(typeOf).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
