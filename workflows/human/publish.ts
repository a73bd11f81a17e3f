/**
 * Makes the state of a run visible outside its worker: memo, search attributes, current details.
 * It is called at points of the program, never by a clock, so replays agree; and only where something changed, so that
 * bookkeeping rides in workflow tasks that exist anyway: a pause costs two events when it opens and two when it closes.
 */
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defined } from '../define/defined.ts';
import { jsonBytes } from '../define/json.ts';
import { MEMO_KEY, toMemo } from '../protocol/memo.ts';
import type { StepRequirement } from '../protocol/requirement.ts';
import type { RunStatus } from '../protocol/run-output.ts';
import {
  HOLDPOINT_DUE,
  HOLDPOINT_SESSION,
  HOLDPOINT_STATUS,
  HOLDPOINT_STEP,
  sessionAttribute,
} from '../protocol/search-attributes.ts';
import { currentDetails } from './details.ts';
import type { Journal, Teller } from './journal.ts';
import type { TaskRoom } from './task-room.ts';

/** The server refuses a search attribute of 2 KB or more, and with it the workflow task. */
const STEP_NAMES_LIMIT = 1000;

export interface PublishedRun {
  readonly workflowName: string;
  readonly sessionId: string;
  /** Temporal's id of the first execution: a run id may be used again, this is not. */
  readonly executionId: string;
  /** Are the search attributes registered? Decided once per run, in its history. */
  readonly searchAttributes: boolean;
  /** Does a worker tell somebody of pauses? Decided once per run, in its history. */
  readonly announces: boolean;
  readonly runId: string;
}

/**
 * What is visible outside, as it goes over into the next execution: Temporal takes the attributes along, run/execute.ts the
 * memo.
 */
export interface PublishedState {
  readonly status?: RunStatus;
  readonly memoSet: boolean;
  readonly attributes?: ReturnType<typeof attributesOf>;
}

export class Publisher {
  readonly #run: PublishedRun;
  #status: RunStatus | undefined;
  #final: RunStatus | undefined;
  #memoSet = false;
  #attributes: ReturnType<typeof attributesOf> | undefined;
  readonly #teller: Teller;
  readonly #room: TaskRoom;

  constructor(run: PublishedRun, teller: Teller, room: TaskRoom, carried?: PublishedState) {
    this.#run = run;
    this.#teller = teller;
    this.#room = room;
    this.#status = carried?.status;
    // A function that continues as new may have handed on the memo of the run before.
    this.#memoSet = carried?.memoSet ?? MEMO_KEY in (workflowInfo().memo ?? {});
    this.#attributes = carried ? carried.attributes : startedWith(run);
  }

  get state(): PublishedState {
    return defined({ memoSet: this.#memoSet, status: this.#status, attributes: this.#attributes });
  }

  /**
   * A function around a run may go on after its end, and answers still come: its last word stands, and where its events are
   * in its result, nothing that is numbered after them is told before.
   * @param final how it ends
   * @param now its status, if it does not end
   * @param decided decisions since the last call, `undefined` when nothing was asked or answered since
   * @param journal what the memo tells of, if there is one
   * @param tell let there be one, where the journal has anything
   */
  publish(
    final: RunStatus | undefined,
    now: RunStatus,
    open: readonly StepRequirement[],
    decided: (readonly [string, string])[] | undefined,
    journal: Journal,
    tell: boolean,
  ): void {
    if (this.#final && !this.#memoSet) return;
    this.#final ??= final;
    const status = this.#final ?? now;
    const telling = tell && !journal.isEmpty;
    if (decided === undefined && status === this.#status && !telling) return;
    this.#status = status;
    if (open.length > 0 || this.#memoSet || telling) {
      const { workflowName, sessionId } = this.#run;
      const told = this.#teller.tell(journal.take());
      // A reader makes the event of a pause from the status, if it still is that when the task ends; this is its number,
      // kept whatever the status, so that numbers do not depend on it.
      const sequence = this.#teller.next();
      const most = this.#room.isCrowded ? 0 : undefined;
      const memo = toMemo({ workflowName, sessionId, status, sequence }, open, decided ?? [], told, most);
      upsertMemo({ [MEMO_KEY]: memo });
      this.#room.addMemo(jsonBytes(memo));
      this.#memoSet = true;
    }
    setCurrentDetails(currentDetails(open, status));
    if (this.#run.searchAttributes) this.#publishAttributes(status, open);
  }

  #publishAttributes(status: RunStatus, open: readonly StepRequirement[]): void {
    const now = attributesOf(status, open);
    const before = this.#attributes;
    const pairs: SearchAttributeUpdatePair[] = [];
    if (!before) pairs.push({ key: HOLDPOINT_SESSION, value: sessionAttribute(this.#run.sessionId) });
    if (now.status !== before?.status) pairs.push({ key: HOLDPOINT_STATUS, value: now.status });
    // Unset, not empty: lists find what waits by the attribute's presence.
    if (JSON.stringify(now.steps) !== JSON.stringify(before?.steps ?? [])) {
      pairs.push({ key: HOLDPOINT_STEP, value: now.steps.length === 0 ? null : now.steps });
    }
    if (now.due !== before?.due) {
      pairs.push({ key: HOLDPOINT_DUE, value: now.due === undefined ? null : new Date(now.due) });
    }
    this.#attributes = now;
    if (pairs.length > 0) upsertSearchAttributes(pairs);
  }
}

/** Those that the client has set, which saves an event where the run begins, and finds runs that no worker has taken yet. */
function startedWith({ sessionId }: PublishedRun): ReturnType<typeof attributesOf> | undefined {
  const { typedSearchAttributes: set } = workflowInfo();
  const isOurs = set.get(HOLDPOINT_STATUS) === 'running' && set.get(HOLDPOINT_SESSION) === sessionAttribute(sessionId);
  return isOurs ? attributesOf('running', []) : undefined;
}

function attributesOf(status: RunStatus, open: readonly StepRequirement[]) {
  const due = open.flatMap(({ timeoutAt }) => timeoutAt ?? []).sort()[0];
  const steps: string[] = [];
  let room = STEP_NAMES_LIMIT;
  for (const name of new Set(open.map(({ stepName }) => stepName))) {
    room -= jsonBytes(name) + 10;
    if (room < 0) break;
    steps.push(name);
  }
  return { status, steps, due };
}
