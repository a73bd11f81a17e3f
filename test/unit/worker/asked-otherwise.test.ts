/** What a replay asks beside what its history says was asked, where no run on a server shows it as well. */
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, test } from 'vitest';
import { askedOtherwise } from '../../../worker/asked-otherwise.ts';
import type { History } from '../../../worker/read-history.ts';
import { MEMO_KEY, toMemo } from '../../../workflows/protocol/memo.ts';
import { Requirements } from '../../../workflows/human/requirements.ts';
import type { Replaying } from '../../../workflows/run/replay-watch.ts';

type Events = NonNullable<History['events']>;

/** The memo of a run that asks for a confirmation of each of these nodes. */
function asking(...paths: string[]): Payload {
  return askingBefore(undefined, 'cancel', ...paths);
}

function askingBefore(timeoutMs: number | undefined, onTimeout: 'approve' | 'cancel', ...paths: string[]): Payload {
  const requirements = new Requirements('first');
  for (const path of paths) {
    const node = { path, stepName: path, stepType: 'Step', topLevelStep: path } as const;
    const rules = { onReject: 'skip', retryCount: 0, maxRetries: 3, onTimeout } as const;
    requirements.ask({ kind: 'confirmation', ...node, ...rules }, new Date(0), timeoutMs);
  }
  const run = { workflowName: 'w', sessionId: 's', status: 'paused', sequence: 1 } as const;
  return defaultPayloadConverter.toPayload(toMemo(run, requirements.open, []))!;
}

const workflowTaskCompletedEventId = 4;
const started = (memo?: Payload): Events[number] => ({
  workflowExecutionStartedEventAttributes: memo ? { memo: { fields: { [MEMO_KEY]: memo } } } : {},
});
/** The one task that is over begins with event 3. */
const task: Events = [
  { workflowTaskScheduledEventAttributes: {} },
  { workflowTaskStartedEventAttributes: {} },
  { workflowTaskCompletedEventAttributes: { startedEventId: 3 as never } },
];
const shows = (memo: Payload): Events[number] => ({
  workflowPropertiesModifiedEventAttributes: {
    workflowTaskCompletedEventId: workflowTaskCompletedEventId as never,
    upsertedMemo: { fields: { [MEMO_KEY]: memo } },
  },
});
const signaled = { workflowExecutionSignaledEventAttributes: {} };
const replaying = (more: Partial<Replaying>): Replaying => ({
  ...{ historyLength: 3, memos: [], begun: [], dropped: [], ends: false },
  ...more,
});

const compare = (events: Events, now: Partial<Replaying>[], payloadCodecs: PayloadCodec[] = []) =>
  askedOtherwise({ events }, now.map(replaying), loadDataConverter({ payloadCodecs }));

test('a run that continues another shows its questions from the beginning', async () => {
  const events = [started(asking('a')), ...task];
  expect(await compare(events, [{}])).toBeUndefined();
  expect(await compare(events, [{ memos: [asking('b')] }])).toBe(
    "it asked 'a#confirmation', and would ask 'b#confirmation' instead",
  );
  expect(await compare(events, [{ memos: [asking('a')] }])).toBe('it would go on from where it stands');
  expect(await compare(events, [{ memos: [asking()] }])).toBe("it asked 'a#confirmation', and would not ask that");
});

test('of a task that is not over, nothing is said', async () => {
  const events = [started(), ...task, shows(asking('a')), signaled, ...task.slice(0, 2)];
  const later = { historyLength: 8, memos: [asking('b')], begun: [['activity 1', "activity 'pay'"] as const] };
  expect(await compare(events, [{ memos: [asking('a')] }, later])).toBeUndefined();
  expect(await compare(events, [{ memos: [asking('b')] }, later])).toContain("would ask 'b#confirmation' instead");
});

test('nor of what comes after a local activity, where the task has brought the next one', async () => {
  const marker = { markerRecordedEventAttributes: { workflowTaskCompletedEventId: 4 as never } };
  const now = { memos: [asking('a')] };
  expect(await compare([started(), ...task, marker, ...task.slice(0, 2)], [now])).toBeUndefined();
  expect(await compare([started(), ...task, marker, signaled, ...task.slice(0, 2)], [now])).toBe(
    "it would ask 'a#confirmation', which nobody was shown",
  );
});

test('nor of a local activity that may be at work, with what had come meanwhile before the next task', async () => {
  const now = { begun: [['local 1', "activity 'look'"] as const] };
  expect(await compare([started(), ...task, signaled, ...task.slice(0, 2)], [now])).toBeUndefined();
  expect(await compare([started(), ...task, signaled], [now])).toContain("activity 'look' would begin");
  const pay = { begun: [...now.begun, ['activity 1', "activity 'pay'"] as const] };
  expect(await compare([started(), ...task, signaled, ...task.slice(0, 2)], [pay])).toContain("'pay' would begin");
});

test('what begins and what ends is compared with the whole history', async () => {
  const events = [started(), ...task, shows(asking('a'))];
  const memos = [asking('a')];
  const begun = [['activity 1', "activity 'pay'"] as const, ['timer 1', 'a timer'] as const];
  const scheduled = {
    activityTaskScheduledEventAttributes: { workflowTaskCompletedEventId: workflowTaskCompletedEventId as never },
  };
  expect(await compare([...events, scheduled], [{ memos, begun, dropped: ['timer 1'] }])).toBeUndefined();
  expect(await compare([...events, scheduled], [{ memos, begun }])).toBe(
    'it would go on from where it stands: a timer would begin',
  );
  expect(await compare(events, [{ memos, begun }])).toContain("activity 'pay' would begin");
  expect(await compare(events, [{ memos, ends: true }])).toBe('it would go on from where it stands, and end');
  const completed = { workflowExecutionCompletedEventAttributes: { workflowTaskCompletedEventId: 4 as never } };
  expect(await compare([...events, completed], [{ memos, ends: true }])).toBeUndefined();
});

test('a deadline counts as long as its question is open, or where it has passed', async () => {
  const shown = askingBefore(1000, 'cancel', 'a');
  const open = [started(), ...task, shows(shown)];
  const answered = [...open, signaled, ...task, shows(asking('b'))];
  const passed = [...open, { timerFiredEventAttributes: {} }, ...task, shows(asking('b'))];
  for (const otherwise of [askingBefore(2000, 'cancel', 'a'), askingBefore(1000, 'approve', 'a')]) {
    expect(await compare(open, [{ memos: [otherwise] }])).toContain("'a#confirmation' was shown with");
    expect(await compare(answered, [{ memos: [otherwise, asking('b')] }])).toBeUndefined();
    expect(await compare(passed, [{ memos: [otherwise, asking('b')] }])).toContain("'a#confirmation' was shown with");
  }
});

test('what a history has is decoded, what the code shows is not encoded yet', async () => {
  const turned = async (payloads: Payload[]) =>
    payloads.map((payload) => ({ ...payload, data: payload.data!.map((byte) => 255 - byte) }));
  const codecs = [{ encode: turned, decode: turned }];
  const [encoded] = await turned([asking('a')]);
  const events = [started(), ...task, shows(encoded!)];
  expect(await compare(events, [{ memos: [asking('a')] }], codecs)).toBeUndefined();
  expect(await compare(events, [{ memos: [asking('b')] }], codecs)).toContain("would ask 'b#confirmation' instead");
  // What nobody can read here says nothing of the code.
  expect(await compare(events, [{ memos: [asking('b')] }])).toBeUndefined();
});
