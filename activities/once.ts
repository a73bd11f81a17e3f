/**
 * What a human let run once is not begun again (H2), also where Temporal hands it out again: after `temporal activity pause`
 * and `unpause`, or `reset`, the server does so whatever the retry policy says. Nor does it say whether it was handed out before:
 * what was only scheduled anew, since its run moved to another version of the workers, is refused as well. The run then asks a
 * human whether it has run.
 */
import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { isRecord } from '../workflows/define/json.ts';
import { ONCE_MARK } from '../workflows/define/marks.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';

/** Temporal's test server reads its clock once for each of the two times: they may differ by a little. No operator is so quick. */
const CLOCK_MS = 10;

export function onceForOneYes({ info }: Pick<Context, 'info'>): ActivityInterceptors {
  return {
    inbound: {
      execute(input, next) {
        const [first, ...others] = input.args;
        if (!isRecord(first) || !(ONCE_MARK in first)) return next(input);
        // A reset begins with the first attempt again, and is scheduled later than the activity was.
        const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = info;
        if (attempt > 1 || currentAttemptScheduledTimestampMs > scheduledTimestampMs + CLOCK_MS) {
          const message = `'${info.activityType}' was scheduled anew, and runs at most once for one yes`;
          throw ApplicationFailure.nonRetryable(message, FAILURE.mayHaveRun);
        }
        const { [ONCE_MARK]: _, ...argument } = first;
        return next({ ...input, args: [argument, ...others] });
      },
    },
  };
}
