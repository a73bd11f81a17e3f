/** Which failures leave it open whether an activity has run (H2, §7): then a human is asked, and no setting decides. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { expect, test } from 'vitest';
import { lossOf } from '../../../workflows/human/outcome.ts';

const ofActivity = (cause: Error) => new ActivityFailure('failed', 'pay', '1', RetryState.TIMEOUT, 'worker', cause);
const timeout = (type: TimeoutType) => new TimeoutFailure('late', undefined, type);
const failure = (type: string, cause?: Error) =>
  ApplicationFailure.create({ message: 'no', type, ...(cause && { cause }) });
const around = (cause: unknown) => new Error('no receipt', { cause });

test.each([
  ['its worker died', timeout(TimeoutType.HEARTBEAT)],
  ['it took too long', timeout(TimeoutType.START_TO_CLOSE)],
  ['it took too long in all', timeout(TimeoutType.SCHEDULE_TO_CLOSE)],
  ['its worker shut down', failure('WorkerShutdown')],
  ['an operator reset it', failure('ActivityReset')],
  ['an operator paused it', failure('ActivityPause')],
  ['it was scheduled anew', failure('holdpoint.MayHaveRun')],
  ['its result could not be stored', failure('holdpoint.NotStored')],
])('%s: it may have run, also where that is the cause of another error, or one of several', (_, cause) => {
  const lost = ofActivity(cause);
  for (const error of [lost, around(lost), around(around(lost)), new AggregateError([new Error('other'), lost])]) {
    expect(lossOf(error)).toBe(cause);
  }
});

test.each([
  ['no worker took it', ofActivity(timeout(TimeoutType.SCHEDULE_TO_START))],
  ['it says that it failed', ofActivity(failure('Refused'))],
  // Of what the activity itself has called.
  ['its own call got no answer', ofActivity(failure('Refused', timeout(TimeoutType.START_TO_CLOSE)))],
  ['it was cancelled', ofActivity(new CancelledFailure('cancelled'))],
  ['it is no error of an activity', around(around('nothing'))],
  ['it is nothing', undefined],
])('%s: it has failed, and that is known', (_, error) => {
  expect(lossOf(error)).toBeUndefined();
});
