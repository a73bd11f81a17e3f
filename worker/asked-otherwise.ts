/**
 * What replayed code asks, beside what its history says was asked. Temporal compares the commands of a replay by their kind:
 * a run may replay well and ask something else than people see, or nothing.
 */
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { readPayload } from '../client/payloads.ts';
import { readMemo } from '../client/read-run.ts';
import { MEMO_KEY, type OpenPause, type RunMemo } from '../workflows/protocol/memo.ts';
import type { Replaying } from '../workflows/run/replay-watch.ts';
import type { History } from './read-history.ts';

type HistoryEvent = NonNullable<History['events']>[number];
type Shown = Pick<RunMemo, 'open' | 'openCount'>;

/**
 * What would be otherwise; `undefined` where nothing would. Only tasks that are over are compared: of another, the history
 * does not say yet what it does.
 * @throws {DecryptionFailed | StoredPayloadUnavailable}
 */
export async function askedOtherwise(
  { events }: History,
  replaying: readonly Replaying[],
  loadedDataConverter: LoadedDataConverter,
): Promise<string | undefined> {
  const all = events ?? [];
  const tasks = all.flatMap(({ workflowTaskCompletedEventAttributes: task }) => task?.startedEventId ?? []);
  const over = replaying.filter(({ historyLength }) => historyLength <= Number(tasks.at(-1) ?? 0));
  const now = over.flatMap(({ memos }) => memos);
  // What code commands is not encoded yet.
  const decoded = { ...loadedDataConverter, payloadCodecs: [] };

  const memos = memosOf(all);
  const hasPassed = all.some((event) => event.timerFiredEventAttributes);
  let before: Shown | undefined = await memoIn(memoAtStart(all), loadedDataConverter);
  for (const [index, payload] of memos.entries()) {
    before = await memoIn(payload, loadedDataConverter);
    const shown = await memoIn(now[index], decoded);
    // No deadline counts of what was answered.
    const difference = before && shown && differenceOf(before, shown, hasPassed || index === memos.length - 1);
    if (difference !== undefined) return difference;
  }
  if (goesOnByItself(all)) return undefined;
  const further = now[memos.length];
  if (further) {
    const shown = await memoIn(further, decoded);
    return (shown && differenceOf(before ?? { open: [], openCount: 0 }, shown)) ?? GOES_ON;
  }
  return furtherThan(all, over);
}

const GOES_ON = 'it would go on from where it stands';

/** @throws {DecryptionFailed | StoredPayloadUnavailable} */
export async function memoIn(
  payload: Payload | null | undefined,
  loadedDataConverter: LoadedDataConverter,
): Promise<RunMemo | undefined> {
  return readMemo(await readPayload({ options: { loadedDataConverter, namespace: '' } }, '', payload));
}

/** Of an execution that continues another: it begins with the questions of that one. */
export function memoAtStart([started]: readonly HistoryEvent[]): Payload | null | undefined {
  return started?.workflowExecutionStartedEventAttributes?.memo?.fields?.[MEMO_KEY];
}

export function memosOf(events: readonly HistoryEvent[]): Payload[] {
  return events.flatMap((event) => {
    return event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[MEMO_KEY] ?? [];
  });
}

function differenceOf(before: Shown, now: Shown, deadlines = true): string | undefined {
  const lost = before.open.find(({ id }) => !now.open.some((each) => each.id === id));
  const added = now.open.find(({ id }) => !before.open.some((each) => each.id === id));
  if (lost && added) return `it asked '${lost.id}', and would ask '${added.id}' instead`;
  if (lost) return `it asked '${lost.id}', and would not ask that`;
  if (added) return `it would ask '${added.id}', which nobody was shown`;
  for (const asked of before.open) {
    const difference = changeOf(asked, now.open.find(({ id }) => id === asked.id)!, deadlines);
    if (difference !== undefined) return difference;
  }
  return before.openCount === now.openCount
    ? undefined
    : `it asked ${before.openCount} questions at once, and would ask ${now.openCount}`;
}

function changeOf(asked: OpenPause, asks: OpenPause, deadlines: boolean): string | undefined {
  const what = `'${asked.id}' was shown with `;
  if (asked.kind !== asks.kind || asked.digest !== asks.digest) {
    return `'${asked.id}' would ask something else than people were shown: other data, choices or words`;
  }
  if (!deadlines) return undefined;
  if (asked.timeoutAt !== asks.timeoutAt) {
    return `${what}${deadline(asked)}, which counts, and would be shown with ${deadline(asks)}`;
  }
  if (asked.timeoutAt === undefined || asked.onTimeout === asks.onTimeout) return undefined;
  return `${what}onTimeout '${asked.onTimeout}', and would do '${asks.onTimeout}'`;
}

function deadline({ timeoutAt }: OpenPause): string {
  return timeoutAt === undefined ? 'no deadline' : `the deadline ${timeoutAt}`;
}

/** Has its last task brought the next one, as for local activities? A replay takes both as one. */
function goesOnByItself(events: readonly HistoryEvent[]): boolean {
  const next = afterLastTask(events).find((event) => !isCommanded(event));
  return Boolean(next?.workflowTaskScheduledEventAttributes);
}

function afterLastTask(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  return events.slice(events.findLastIndex(({ workflowTaskCompletedEventAttributes: task }) => task) + 1);
}

function isCommanded(event: HistoryEvent): boolean {
  return Object.values(event).some((attributes: unknown) => Object(attributes).workflowTaskCompletedEventId != null);
}

/** What the code does after all that the history has of it. Temporal looks only for what the history has. */
function furtherThan(events: readonly HistoryEvent[], over: readonly Replaying[]): string | undefined {
  const begun = new Map<string, string>();
  let ofTask = new Set<string>();
  for (const [index, { historyLength, begun: more, dropped }] of over.entries()) {
    if (historyLength !== over[index - 1]?.historyLength) ofTask = new Set();
    for (const [key, what] of more) {
      begun.set(key, what);
      ofTask.add(key);
    }
    // Dropped in the task that began it, it is in no history; of a local activity, it may not be.
    for (const key of dropped) if (ofTask.has(key) || key.startsWith('local')) begun.delete(key);
  }
  const further = (local: boolean, isKnown: (event: HistoryEvent) => boolean) =>
    [...begun].filter(([key]) => key.startsWith('local') === local)[events.filter(isKnown).length]?.[1];
  // A local activity that outlasts its task brings the next one, and what had come meanwhile stands between the two.
  const mayBeAtWork = afterLastTask(events).some((event) => event.workflowTaskScheduledEventAttributes);
  const next = further(false, isBegun) ?? (mayBeAtWork ? undefined : further(true, isLocal));
  if (next !== undefined) return `${GOES_ON}: ${next} would begin`;
  const isOpen = !events.some(isEnd);
  return isOpen && over.some(({ ends }) => ends) ? `${GOES_ON}, and end` : undefined;
}

function isLocal({ markerRecordedEventAttributes: marker }: HistoryEvent): boolean {
  return marker?.markerName === 'core_local_activity';
}

function isBegun(event: HistoryEvent): boolean {
  return Boolean(event.activityTaskScheduledEventAttributes ?? event.timerStartedEventAttributes);
}

function isEnd(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionCompletedEventAttributes ??
      event.workflowExecutionFailedEventAttributes ??
      event.workflowExecutionCanceledEventAttributes ??
      event.workflowExecutionContinuedAsNewEventAttributes,
  );
}
