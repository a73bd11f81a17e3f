/**
 * The desk where a run's questions lie: the ONE place where a run parks.
 * Keeps H2 (only an answer or an expired deadline lets a run go on), H3, H4 (what a signal brings is read, never trusted)
 * and H6 (deadlines are Temporal timers; where answer and timer arrive in one workflow task, the answer is applied first,
 * because the SDK delivers signals before timers).
 */
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { runsBesideOthers } from '../define/beside.ts';
import { defined } from '../define/defined.ts';
import { jsonBytes } from '../define/json.ts';
import { JOURNAL_MARK } from '../define/marks.ts';
import { PAYLOAD_LIMIT } from '../define/payload-limit.ts';
import { payloadLimit } from '../define/execution-scope.ts';
import { type EventData, type JournalEntry, type RunEventName, withCarried } from '../protocol/events.ts';
import type { RequirementRequest, StepRequirement } from '../protocol/requirement.ts';
import type { RunStatus } from '../protocol/run-output.ts';
import { answerLimit } from '../protocol/signals.ts';
import { type Announced, announce } from './announce.ts';
import { askedAt, askedWithin, keepAsked } from './asked.ts';
import { type Branch, BranchStopped } from './branch.ts';
import type { CarriedDesk } from './carried-desk.ts';
import { Departure } from './departure.ts';
import { type Durable, isThenable, waitFor } from './durable.ts';
import { answerData, PAUSE_EVENTS, pauseData } from './event-fields.ts';
import { Journal, Teller, type Untold } from './journal.ts';
import { countClosed, countPause, countRefusal } from './metrics.ts';
import { isCancelled, throwIfCancelled, throwIfEnded } from './outcome.ts';
import type { Place } from './place.ts';
import { Publisher, type PublishedRun } from './publish.ts';
import { readSignal } from './read-answer.ts';
import { Requirements, type Sender } from './requirements.ts';
import { withStacks } from './stacks.ts';
import { TaskRoom } from './task-room.ts';
import { deadline, waitUntil } from './wait-until.ts';

/** Refused answers that watchers hear of at once; later ones, with what the run does next: anybody may send any number. */
const TOLD_AT_ONCE = 20;

/** Where something is asked, and who by. */
interface Asking {
  readonly branch: Branch;
  readonly place: Place;
  /** Ask even though the same was asked here before. */
  readonly anew: boolean;
}

type Activity<T> = (args: readonly unknown[]) => PromiseLike<T>;

/** Ids of decisions that are known again in the next execution: a signal is sent again within moments, if at all. */
const CARRIED_DECISIONS = 1_000;

/** What a memo weighs that is full of events, and shows what is open. */
const OVERFLOW_BYTES = 150_000;

export class Desk {
  readonly requirements: Requirements;
  readonly teller = new Teller();
  readonly #journal = new Journal();
  readonly #run: PublishedRun;
  readonly #publisher: Publisher;
  readonly #branchOf = new Map<string, Branch>();
  readonly #seenDecisions = new Set<string>();
  /** Decisions since the last publication; `undefined` where nothing was asked or answered. */
  #decided: (readonly [string, string])[] | undefined;
  /** Executors at work right now. */
  #working = 0;
  /** Questions about to be shown. */
  #asking = 0;
  readonly #announced: Map<string, Announced>;
  readonly departure: Departure;
  readonly room: TaskRoom;

  constructor(run: PublishedRun, mostEvents: number | undefined, carried?: CarriedDesk) {
    this.#run = run;
    const isAtWork = () => this.#working > 0;
    this.departure = new Departure(() => this.#isIdle, isAtWork, mostEvents);
    this.room = new TaskRoom(this.departure);
    this.requirements = new Requirements(run.executionId, carried?.requirements);
    this.#publisher = new Publisher(run, this.teller, this.room, carried?.published);
    this.#announced = new Map(Object.entries(carried?.announced ?? {}));
    if (!carried) return;
    this.teller.sequence = carried.sequence;
    this.#journal.putBack(carried.untold);
    for (const id of carried.decisions) this.#seenDecisions.add(id);
    this.#decided = carried.decided && [...carried.decided];
  }

  /** What goes on in another execution. @param place everything that the run has done */
  carried(place: Place): CarriedDesk {
    const { requirements, teller } = this;
    return {
      requirements: requirements.carried(new Set(askedWithin(place))),
      published: this.#publisher.state,
      sequence: teller.sequence,
      untold: this.#journal.untold,
      decisions: [...this.#seenDecisions].slice(-CARRIED_DECISIONS),
      decided: this.#decided,
      announced: Object.fromEntries([...this.#announced].filter(([id]) => requirements.isOpen(id))),
    };
  }

  /** `paused` where something waits for a human and nothing else is at work. */
  get status(): RunStatus {
    return this.#working === 0 && !this.room.isHeld && this.requirements.open.length > 0 ? 'paused' : 'running';
  }

  /** Nothing is at work, nothing is about to be shown, and no deadline has passed that did not yet have its effect. */
  get #isIdle(): boolean {
    if (this.#working > 0 || this.#asking > 0 || this.room.isAwaited) return false;
    const now = new Date().toISOString();
    return !this.requirements.open.some(({ timeoutAt }) => timeoutAt !== undefined && timeoutAt <= now);
  }

  /** Is anything under way that may take time: somebody asked, or an executor at work? */
  get waits(): boolean {
    return this.#working > 0 || this.requirements.open.length > 0;
  }

  /**
   * Asks, and waits for the answer or the deadline.
   * @throws {BranchStopped} when the question was withdrawn because a sibling ended the Parallel
   */
  *awaitDecision(
    request: RequirementRequest,
    timeoutMs: number | undefined,
    { branch, place, anew }: Asking,
  ): Durable<StepRequirement> {
    yield* this.departure.hold();
    const known = anew ? undefined : this.requirements.get(askedAt(place, request.kind) ?? '');
    // Nobody is asked where nothing goes on, but that something may have run goes on record.
    if (!request.mayHaveRun) yield* throwIfEnded(branch);
    const asked = known ?? this.requirements.ask(request, new Date(), timeoutMs);
    const { id, timeoutAt } = asked;
    this.#branchOf.set(id, branch);
    if (!known) {
      keepAsked(place, request.kind, id);
      this.#tellPause(asked);
      if (branch.stopped) this.#withdraw(id);
      branch.check();
      this.#decided ??= [];
      // Whatever begins or asks beside it has done so before the run shows what it waits for: once, for all.
      this.#asking += 1;
      if (runsBesideOthers()) yield* waitFor(Promise.resolve());
      this.#asking -= 1;
      this.publish();
    }
    const answered = () => {
      this.departure.notice();
      return this.requirements.get(id)!.resolution !== undefined;
    };
    const tells = this.#run.announces && !answered();
    const stopTelling = tells && announce(this.#run, () => this.requirements.get(id)!, this.#announced, this.room);
    try {
      yield* waitUntil(answered, timeoutAt === undefined ? undefined : deadline(id, timeoutAt));
    } catch (error) {
      // The run, or the Parallel around this branch, is being cancelled: nobody needs the answer any more.
      if (!answered()) this.#withdraw(id);
      if (branch.stopped) throw new BranchStopped();
      throw error;
    } finally {
      if (stopTelling) stopTelling();
      this.departure.look();
    }
    if (!answered()) this.#expire(id);
    yield* this.room.untilRoomy();
    const answer = this.requirements.get(id)!;
    if (answer.resolution === 'withdrawn') throw new BranchStopped();
    return answer;
  }

  /** Closes the questions of stopped branches. */
  withdrawStopped(): void {
    for (const { id } of this.requirements.open) if (this.#branchOf.get(id)?.stopped) this.#withdraw(id);
  }

  /** Closes what is still open of branches that have ended early: they may not have come back to it in this execution. */
  withdrawWithin(place: Place): void {
    for (const id of askedWithin(place)) if (this.requirements.isOpen(id)) this.#withdraw(id);
  }

  /** Closes what is open when the run ends: a run that continued as new can end before it comes back to its questions. */
  withdrawOpen(): void {
    for (const { id } of this.requirements.open) this.#withdraw(id);
  }

  /** What user code returned; where that is a promise, the run is at work until it settles. */
  *settled<T>(call: () => T | PromiseLike<T>): Durable<T> {
    yield* this.departure.hold();
    const returned = withStacks(call);
    if (!isThenable(returned)) return returned;
    try {
      return yield* this.work(async () => await returned, { arrives: false });
    } finally {
      yield* this.room.untilRoomy();
    }
  }

  /**
   * Runs an executor that takes time, and shows that the run is at work meanwhile.
   * @param brief it is over within the workflow task: what it settles is published with what comes next in the same task
   * @param tell show it if only for the sake of what happened
   * @param arrives its end is an event of its own in the history
   */
  *work<T>(executor: () => PromiseLike<T>, { brief = false, tell = true, arrives = true } = {}): Durable<T> {
    yield* this.departure.hold();
    this.#working += 1;
    if (!brief) this.publish({ tell });
    try {
      return yield* waitFor(executor());
    } finally {
      this.#working -= 1;
      if (arrives) this.departure.look();
    }
  }

  /**
   * The same for an activity, once there is room for it: it takes the run's events into the history, with its argument.
   * @param bytes of the argument as JSON
   */
  *carry<T>(argument: object, bytes: number, branch: Branch, activity: Activity<T>): Durable<T> {
    yield* this.room.admit();
    let taken: { readonly untold: readonly Untold[]; readonly historyLength: number } | undefined;
    const schedule = () => {
      const { historyLength, runId: execution } = workflowInfo();
      const untold = isCancelled() ? [] : this.#journal.take();
      taken = { untold, historyLength };
      if (untold.length === 0) return activity([argument]);
      this.room.addMemo(jsonBytes(untold));
      const isStored = payloadLimit() > PAYLOAD_LIMIT;
      return activity(withCarried(argument, bytes, isStored, { [JOURNAL_MARK]: this.teller.tell(untold), execution }));
    };
    try {
      yield* this.room.take(bytes);
      branch.check();
      const result = yield* this.work(schedule, { tell: this.#journal.isFull });
      yield* this.room.untilRoomy();
      return result;
    } catch (error) {
      // Cancelled in the workflow task that scheduled it: then the server never hears of it.
      const unsent = isCancellation(error) && taken?.historyLength === workflowInfo().historyLength;
      if (unsent) this.#journal.putBack(taken!.untold);
      if (!isCancelled()) yield* this.room.untilRoomy();
      throw error;
    } finally {
      this.room.dismiss();
    }
  }

  /** The events that nobody has been told of, for the run's result. */
  lastEvents(): readonly JournalEntry[] {
    return this.teller.tell(this.#journal.take());
  }

  /** Before a node or a turn begins. */
  *boundary(): Durable<void> {
    // Thousands of inline nodes run in one workflow task, and tell of it.
    yield* this.room.take(0);
    yield* this.room.untilRoomy();
    yield* this.departure.boundary();
    yield* throwIfCancelled();
  }

  /** Takes a signal. Never throws, never waits. */
  receive(signal: string, argument: unknown): void {
    if (this.departure.isLeaving) return;
    this.departure.countSignal();
    const { by, decisionId, decisions, problems } = readSignal(signal, argument, answerLimit(payloadLimit()));
    const sender: Sender = defined({ signal, at: new Date().toISOString(), by, decisionId });
    // The same decision again, a retried send for instance, changes nothing and is no refusal.
    if (decisionId !== undefined) {
      if (this.#seenDecisions.has(decisionId)) return;
      this.#seenDecisions.add(decisionId);
    }
    for (const { problem, requirement } of problems) {
      const open = requirement === undefined ? `; open: ${this.requirements.openIds()}` : '';
      this.requirements.refuse('malformed', `${problem}${open}`, sender, requirement);
      this.#tellRefusal(requirement);
    }
    // Nothing goes on that would show it: some calls of an executor pause are answered, others still wait.
    let halfAnswered = false;
    let refused = problems.length > 0;
    for (const decision of decisions) {
      if (this.requirements.answer(decision, sender) !== 'accepted') {
        this.#tellRefusal(decision.requirement);
        refused = true;
        continue;
      }
      this.#decided ??= [];
      if (decisionId !== undefined) this.#decided.push([decision.requirement, decisionId]);
      const answered = this.requirements.get(decision.requirement)!;
      if (answered.resolution === undefined) halfAnswered = true;
      else this.#tellAnswer(answered);
    }
    if (halfAnswered) this.publish({ tell: false });
    else if (refused && this.requirements.refused.count <= TOLD_AT_ONCE) this.publish();
  }

  /**
   * Shows what changed since the last time, and with it what happened.
   * @param final at the end of the run
   * @param tell show something if only for the sake of what happened
   */
  publish({ final, tell = true }: { readonly final?: RunStatus; readonly tell?: boolean } = {}): void {
    const anew = () => {
      this.#decided ??= [];
      if (this.waits) this.publish(); // else what goes on shows it, or the run has ended
    };
    if (!final && this.waits) this.room.catchUp(anew);
    this.#publisher.publish(final, this.status, this.requirements.open, this.#decided, this.#journal, tell);
    this.#decided = undefined;
  }

  /** Something has happened. */
  tell<Name extends RunEventName>(event: Name, path: string, data: EventData<Name>): void {
    this.#journal.add(event, path, data);
    if (!this.#journal.isFull) return;
    this.publish();
    this.room.add(OVERFLOW_BYTES);
  }

  #tellPause(asked: StepRequirement): void {
    countPause(asked);
    this.tell(PAUSE_EVENTS[asked.kind], asked.path, pauseData(asked));
  }

  /** @param meant the id that was sent; the refusal keeps its beginning */
  #tellRefusal(meant = ''): void {
    const { code, reason, requirement, by, signal } = this.requirements.refused.newest.at(-1)!;
    countRefusal(code, this.requirements.get(meant));
    this.#journal.addRefusal(defined({ signal, code, reason, requirement, by }));
  }

  #tellAnswer(answered: StepRequirement, late = false): void {
    countClosed(answered, late);
    const event = answered.kind === 'executor' ? 'StepExecutorContinued' : 'StepContinued';
    this.#journal.add(event, answered.path, answerData(answered));
  }

  #expire(id: string): void {
    this.requirements.expire(id, new Date());
    this.#tellAnswer(this.requirements.get(id)!, true);
    this.#decided ??= [];
  }

  #withdraw(id: string): void {
    this.requirements.withdraw(id, new Date());
    this.#tellAnswer(this.requirements.get(id)!);
    this.#decided ??= [];
  }
}
