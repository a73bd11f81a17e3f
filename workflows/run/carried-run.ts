/** What a run takes along when it continues as new: the third argument of the next execution. */
import { ApplicationFailure } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { CarriedUsage } from '../agent/usage.ts';
import type { State } from '../compile/session-state.ts';
import { deepFreeze } from '../define/json.ts';
import type { CarriedDesk } from '../human/carried-desk.ts';
import type { PlaceData } from '../human/place.ts';
import { FAILURE } from '../protocol/failure.ts';
import { CONTINUES_MEMO_KEY } from '../protocol/memo.ts';

/** Since 2 the session state is there once; before, it had its patches beside it, and each branch of a Parallel a copy. */
const VERSION = 2;

export interface CarriedRun {
  readonly version: number;
  /** Temporal's id of the execution that goes on in the next. */
  readonly from: string;
  /** The definition's fingerprint: another definition must not go on with this. */
  readonly definition: string;
  /** See {@link executionOf}. */
  readonly executionId: string;
  readonly place: PlaceData;
  readonly state: { readonly current: State };
  readonly desk: CarriedDesk;
  readonly rounds: Readonly<Record<string, number>>;
  readonly usage: CarriedUsage;
}

/**
 * Tells a run from others with its id, in digests and idempotency keys: the first of its executions. What cron begins, or a
 * function of the user's that continues as new, is a run of its own, named by the one before it, which a reset keeps. What
 * this run itself continues as new keeps what it has.
 */
export function executionOf(): string {
  const { attempt, cronSchedule, continuedFromExecutionRunId: before, firstExecutionRunId } = workflowInfo();
  const isRetry = attempt > 1 && !cronSchedule;
  return before === undefined || isRetry ? firstExecutionRunId : `after-${before}`;
}

/** As plain JSON. */
export function toCarry(run: Omit<CarriedRun, 'version' | 'from'>): unknown {
  return JSON.parse(JSON.stringify({ version: VERSION, from: workflowInfo().runId, ...run }));
}

/**
 * What an earlier execution of this run has done; `undefined` at the beginning of a run, and where Temporal begins one anew
 * with the arguments of the one before (cron, a retry): what was approved for that one is not approved for this.
 * @throws {ApplicationFailure} `holdpoint.InvalidInput` where somebody starts a run with it: gates would be passed unasked
 * @throws a plain error, which fails the workflow task and not the run, where a newer release has written it, or a function
 * of the user's has kept it back: all that is done would be done again
 */
export function carriedRun(argument: unknown): CarriedRun | undefined {
  const { continuedFromExecutionRunId: before, memo } = workflowInfo();
  const carried = (argument ?? {}) as CarriedRun;
  if (before !== undefined && memo?.[CONTINUES_MEMO_KEY] === before && carried.from !== before) {
    throw new Error(
      'The function that calls this workflow() must hand on all of its arguments: (...args) => refund(...args). ' +
        'The last one is what the run has done so far',
    );
  }
  if (argument === undefined || argument === null) return undefined;
  if (before === undefined) {
    throw ApplicationFailure.create({
      message: 'A run is started with an input and options; a third argument is only for its continuation',
      type: FAILURE.invalidInput,
      nonRetryable: true,
    });
  }
  if (carried.from !== before) return undefined;
  if (!(carried.version <= VERSION)) {
    throw new Error(
      `This run continues from a release of holdpoint that this worker does not know: deploy that release`,
    );
  }
  return deepFreeze(carried);
}
