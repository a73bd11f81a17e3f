/** What a run takes along when it continues as new: the third argument of the next execution. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { CarriedUsage } from '../agent/usage.ts';
import type { CarriedState } from '../compile/session-state.ts';
import { deepFreeze } from '../define/json.ts';
import type { CarriedDesk } from '../human/desk.ts';
import type { PlaceData } from '../human/place.ts';
import { FAILURE } from '../protocol/failure.ts';

const VERSION = 1;

export interface CarriedRun {
  readonly version: typeof VERSION;
  /** The definition's fingerprint: another definition must not go on with this. */
  readonly definition: string;
  readonly place: PlaceData;
  readonly state: CarriedState;
  readonly desk: CarriedDesk;
  readonly rounds: Readonly<Record<string, number>>;
  readonly usage: CarriedUsage;
}

/** As plain JSON. */
export function toCarry(run: Omit<CarriedRun, 'version'>): unknown {
  return JSON.parse(JSON.stringify({ version: VERSION, ...run }));
}

/**
 * What an earlier execution of this run has done; `undefined` at the beginning of a run.
 * @throws {ApplicationFailure} `holdpoint.InvalidInput` where somebody starts a run with it: gates would be passed unasked
 * @throws a plain error, which fails the workflow task and not the run, where a newer release has written it
 */
export function carriedRun(argument: unknown): CarriedRun | undefined {
  if (argument === undefined || argument === null) return undefined;
  if (workflowInfo().continuedFromExecutionRunId === undefined) {
    throw ApplicationFailure.create({
      message: 'A run is started with an input and options; a third argument is only for its continuation',
      type: FAILURE.invalidInput,
      nonRetryable: true,
    });
  }
  const carried = argument as CarriedRun;
  if (carried.version !== VERSION) {
    throw new Error(
      `This run continues from a release of holdpoint that this worker does not know: deploy that release`,
    );
  }
  return deepFreeze(carried);
}
