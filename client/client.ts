/** The client: starts runs, waits for them, answers what they ask, and finds them again. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { defined } from '../workflows/define/defined.ts';
import type { RunEvent } from '../workflows/protocol/events.ts';
import { CONTINUE_RUN, type ContinueRunSignal, type Decision } from '../workflows/protocol/signals.ts';
import { checkAnswer, checkDecisions, decisionsOf } from './answers.ts';
import { type AuditEntry, auditOf } from './audit.ts';
import { type Awaited, awaitOutcome, unlessFailed } from './await-outcome.ts';
import { describeRun } from './describe.ts';
import { diagnose } from './diagnose.ts';
import { ClientClosed, RunNotFound } from './errors.ts';
import { isAccepted, type SentAnswer } from './fate.ts';
import { EventStream } from './event-stream.ts';
import { fetchRun } from './fetch-run.ts';
import { type Cursor, executionOf, oldestExecution, startOf } from './history-tail.ts';
import { leavable } from './leavable.ts';
import { encodeSignal } from './payloads.ts';
import { cursorOf, Run } from './run.ts';
import { type EventSource, runEvents } from './run-events.ts';
import { afterSent, callRun, endRequests, inDoubt } from './server-call.ts';
import { fetchSession, type PausedRun, pausedRuns, type Session } from './sessions.ts';
import { answerLimitOf } from './size-limits.ts';
import { checkStart, type StartOptionsOf, startRun, type WorkflowFunction } from './start-run.ts';
import { checkWait, untilAborted, Wait, type WaitOptions } from './wait.ts';

export interface ClientOptions {
  /** Where runs are started. Default `holdpoint`. */
  readonly taskQueue?: string;
  /** Told what a wait waits for when that is not a human, once per reason. Default: a line on stderr. */
  readonly onWaiting?: (message: string) => void;
}

export interface ContinueOptions extends WaitOptions {
  /** Who answers. Recorded, not checked: a claim, no authentication. */
  readonly by?: string;
  /**
   * `accepted`: only until the run has taken the answers; the run as it is then, mostly `running`. Needs a worker for as
   * long as that takes. Default `pause`: until the next pause or the end.
   */
  readonly until?: 'pause' | 'accepted';
}

/** Answers from a process that has no {@link Run}. */
export interface RunAnswers {
  readonly runId: string;
  readonly decisions: readonly Decision[];
  readonly by?: string;
}

export interface EventsOptions {
  /** Number of the first event. Default 1. */
  readonly from?: number;
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal;
}

type EventMoment = Pick<EventSource, 'runId' | 'cursor' | 'from'>;

/** How long {@link HoldpointClient.cancel} waits for the end unless told otherwise. */
const CANCEL_MS = 30_000;

/**
 * The thin client. Every method takes a run id from any process, and throws `RunNotFound` for an unknown one and
 * `ServerUnavailable` where no server answers.
 * @example
 * let run = await client.run(dataPipeline, { input: 'Process user data' });
 * if (run.isPaused) {
 *   for (const requirement of run.stepsRequiringConfirmation) requirement.confirm();
 *   run = await client.continueRun(run);
 * }
 */
export class HoldpointClient {
  /** For everything that holdpoint does not wrap. */
  readonly temporal: Client;
  readonly #taskQueue: string;
  readonly #onWaiting: (message: string) => void;
  readonly #closing = new AbortController();

  constructor(temporal: Client, { taskQueue = 'holdpoint', onWaiting = tellOnStderr }: ClientOptions = {}) {
    this.temporal = temporal;
    this.#taskQueue = taskQueue;
    this.#onWaiting = onWaiting;
  }

  /**
   * Starts a run and waits for its first pause or its end.
   * @throws {RunFailed} with the run in `run`
   * @throws {InvalidInput | RunAlreadyExists | WaitTimeout}
   */
  async run<W extends WorkflowFunction>(workflow: W | string, options: StartOptionsOf<W> & WaitOptions): Promise<Run> {
    checkStart(options);
    checkWait(options);
    return this.wait(await this.start(workflow, options), options);
  }

  /** Starts a run and does not wait: the run is `running` and nothing of it is known. @throws {InvalidInput | RunAlreadyExists} */
  async start<W extends WorkflowFunction>(workflow: W | string, options: StartOptionsOf<W>): Promise<Run> {
    checkStart(options);
    return startRun(this.temporal, workflow, { ...options, taskQueue: options.taskQueue ?? this.#taskQueue });
  }

  /**
   * The run at its next pause or its end; at once, when it is there already.
   * @throws {RunFailed | WaitTimeout}
   */
  async wait(run: Run | string, options: WaitOptions = {}): Promise<Run> {
    const runId = typeof run === 'string' ? run : run.runId;
    const from = typeof run === 'string' ? undefined : cursorOf(run);
    return this.#waiting(runId, options, async (wait) => {
      // A run that was just started has a history to read; any other may have nothing new to tell.
      if (from === undefined || from.lastEventId > 0) {
        const now = await wait.until(fetchRun(this.temporal, runId));
        if (now.status !== 'running') return unlessFailed(now);
      }
      return unlessFailed(await this.#outcome(runId, from, wait));
    });
  }

  /**
   * Sends the answers made on the requirements of a run – or given as decisions, from another process – and waits for
   * the next pause or the end; with `until: 'accepted'` only until the run has taken them. Answers that were sent stay
   * sent, whatever the wait comes to.
   * @throws {UnresolvedRequirements | RunNotPaused} when there is nothing to send, or nobody to send it to
   * @throws {RequirementAlreadyResolved | InvalidAnswer} when an answer changed nothing
   * @throws {RunFailed | WaitTimeout}
   * @throws {TypeError} for what is neither a run nor answers
   */
  async continueRun(run: Run | RunAnswers, options: ContinueOptions = {}): Promise<Run> {
    checkGiven(run, options);
    const { runId } = run;
    const local = run instanceof Run;
    return this.#waiting(runId, options, async (wait) => {
      const decisions = local
        ? decisionsOf(run)
        : checkDecisions(await wait.until(fetchRun(this.temporal, runId)), run.decisions);
      const from = (local ? cursorOf(run) : undefined) ?? (await wait.until(this.#currentExecution(runId)));
      const by = options.by ?? (local ? undefined : run.by);
      checkAnswer(decisions, by, answerLimitOf(this.temporal));
      wait.hasSent = true;
      const answer = await wait.until(this.#send(runId, decisions, by));
      return unlessFailed(await this.#outcome(runId, from, wait, { answer, until: options.until }));
    });
  }

  /**
   * Starts a run, and tells its events up to its first pause or its end.
   * @example
   * for await (const event of client.stream(dataPipeline, { input })) console.log(event.event);
   */
  stream<W extends WorkflowFunction>(workflow: W | string, options: StartOptionsOf<W> & WaitOptions): EventStream {
    checkStart(options);
    checkWait(options);
    const started = this.start(workflow, options);
    const run = started.then((begun) => this.wait(begun, options));
    return this.#stream(started, run, options);
  }

  /**
   * Sends the answers of a run as {@link continueRun} does, and tells what happens up to the next pause or the end.
   * @example
   * for await (const event of client.continueStream(run, { by: 'ann' })) console.log(event.event);
   */
  continueStream(run: Run | RunAnswers, options: Omit<ContinueOptions, 'until'> = {}): EventStream {
    checkGiven(run, options);
    const from = run instanceof Run ? Promise.resolve(run) : fetchRun(this.temporal, run.runId);
    const outcome = from.then(() => this.continueRun(run, { ...options, until: 'pause' }));
    return this.#stream(from, outcome, options);
  }

  /**
   * All events of a run, also of one that goes on: across pauses, to its end. Needs no worker.
   * @param options.from number of the first event; default 1
   * @throws {RunNotFound}
   */
  events(runId: string, { from = 1, signal }: EventsOptions = {}): AsyncIterable<RunEvent> {
    return this.#readEvents(async () => ({ runId, cursor: await this.#firstExecution(runId), from }), signal);
  }

  /**
   * Who was shown what, who decided what and when, what was refused and why: from the run's history alone, up to now.
   * @throws {RunNotFound}
   */
  async audit(runId: string): Promise<AuditEntry[]> {
    const now = await describeRun(this.temporal, runId);
    // A server that does not say how long it is must not make half of it look like the whole.
    const lastEventId = Number(now.workflowExecutionInfo?.historyLength) || Number.POSITIVE_INFINITY;
    const end = { executionId: executionOf(now), lastEventId };
    return auditOf(this.temporal, runId, await oldestExecution(this.temporal, runId, now), end);
  }

  /** The run as it is now; of a failed run too, without throwing. */
  async getRun(runId: string): Promise<Run> {
    return fetchRun(this.temporal, runId);
  }

  /**
   * Cancels a run as Temporal does: what is at work is told to stop, nothing new starts. Waits for the end, 30 s unless
   * told otherwise; a run that has ended already is returned as it ended.
   * @throws {WaitTimeout}
   */
  async cancel(runId: string, reason: string, options: WaitOptions = {}): Promise<Run> {
    checkWait(options);
    const { namespace, identity } = this.temporal.options;
    const request = { namespace, identity, reason, requestId: randomUUID(), workflowExecution: { workflowId: runId } };
    const from = await this.#currentExecution(runId);
    try {
      // The SDK's handle.cancel() takes no reason.
      await callRun(this.temporal, runId, () => this.temporal.workflowService.requestCancelWorkflowExecution(request));
    } catch (error) {
      // It exists, so it has ended: its history says how.
      if (!(error instanceof RunNotFound)) throw error;
    }
    return this.#waiting(runId, { timeout: CANCEL_MS, ...options }, async (wait) => {
      let run = await this.#outcome(runId, from, wait);
      while (run.isPaused) run = await this.#outcome(runId, cursorOf(run), wait);
      return run;
    });
  }

  /** The runs of a session, oldest first. @throws {SearchAttributesMissing} */
  async getSession(sessionId: string): Promise<Session> {
    return fetchSession(this.temporal, sessionId);
  }

  /**
   * Runs in which something waits for a human, whether or not something else is at work.
   * @example
   * for await (const { runId, open } of client.listPaused({ limit: 20 })) console.log(runId, open[0]?.message);
   */
  listPaused({ limit = Number.POSITIVE_INFINITY }: { readonly limit?: number } = {}): AsyncIterable<PausedRun> {
    return pausedRuns(this.temporal, limit);
  }

  /** Ends every wait and, when the requests under way have settled, the connection: at once unless the server is away. */
  async close(): Promise<void> {
    this.#closing.abort(new ClientClosed());
    await endRequests(this.temporal);
    await this.temporal.connection.close();
  }

  async #send(runId: string, decisions: readonly Decision[], by: string | undefined): Promise<SentAnswer> {
    const decisionId = randomUUID();
    const signal: ContinueRunSignal = defined({ decisionId, by, decisions });
    const answer = { decisionId, requirements: decisions.map(({ requirement }) => requirement) };
    try {
      const handle = this.temporal.workflow.getHandle(runId);
      const argument = encodeSignal(this.temporal, signal);
      const sent = callRun(this.temporal, runId, () => handle.signal(CONTINUE_RUN, argument));
      await inDoubt(runId, 'may have your answer all the same: look at it before you answer again', sent);
    } catch (error) {
      if (!(error instanceof RunNotFound)) throw error;
      // No open run has this id. If there is one at all, it ended without this answer, and its record says who was first.
      isAccepted(await fetchRun(this.temporal, runId), answer);
    }
    return answer;
  }

  async #outcome(
    runId: string,
    from: Cursor | undefined,
    wait: Wait,
    what: Pick<Awaited, 'answer' | 'until'> = {},
  ): Promise<Run> {
    const start = from ?? (await wait.until(this.#currentExecution(runId)));
    const outcome = awaitOutcome({ client: this.temporal, runId, from: start, wait, ...what });
    const told = what.answer
      ? 'has your answer: look at it before you answer again'
      : 'goes by what it was told before';
    return afterSent(`Run '${runId}' ${told}.`, outcome);
  }

  async #waiting(runId: string, options: WaitOptions, work: (wait: Wait) => Promise<Run>): Promise<Run> {
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    const context = {
      runId,
      diagnose: (lastTaskFailure: string | undefined) => diagnose(this.temporal, runId, lastTaskFailure),
      onWaiting: this.#onWaiting,
    };
    const wait = new Wait(context, { ...options, signal });
    try {
      return await work(wait);
    } finally {
      wait.end();
    }
  }

  /** What happens after a moment of a run. */
  #stream(moment: Promise<Run>, outcome: Promise<Run>, { signal }: WaitOptions): EventStream {
    const events = this.#readEvents(async () => {
      const run = await moment;
      const cursor = cursorOf(run) ?? (await this.#currentExecution(run.runId));
      return { runId: run.runId, cursor, from: run.sequence + 1 };
    }, signal);
    return new EventStream(events, outcome);
  }

  #readEvents(source: () => Promise<EventMoment>, signal?: AbortSignal): AsyncIterable<RunEvent> {
    return leavable((left) => this.#read(source, [this.#closing.signal, left, ...(signal ? [signal] : [])]));
  }

  async *#read(source: () => Promise<EventMoment>, signals: AbortSignal[]): AsyncGenerator<RunEvent, void> {
    const signal = AbortSignal.any(signals);
    yield* runEvents({ client: this.temporal, signal, ...(await untilAborted(signal, source())) });
  }

  async #currentExecution(runId: string): Promise<Cursor> {
    return startOf(executionOf(await describeRun(this.temporal, runId)));
  }

  /** Where the run began, before it continued as new; the oldest that the namespace still keeps. */
  async #firstExecution(runId: string): Promise<Cursor> {
    return oldestExecution(this.temporal, runId, await describeRun(this.temporal, runId));
  }
}

/** @throws {TypeError} for what a program without types may pass */
function checkGiven(run: Run | RunAnswers, { by, until }: ContinueOptions): void {
  const decisions = run instanceof Run ? [] : run?.decisions;
  const isGiven = Array.isArray(decisions) && decisions.every((each) => typeof each?.requirement === 'string');
  if (!isGiven) {
    // A run that was JSON has no answers, nor has one of another copy of this package, as far as this one can see.
    throw new TypeError(
      'continueRun takes a run as the client gave it, not its JSON, or { runId, decisions: [{ requirement, action, … }] }.',
    );
  }
  const who = by ?? (run instanceof Run ? undefined : run.by);
  if (who !== undefined && typeof who !== 'string') throw new TypeError(`by must be a string, got ${typeof who}.`);
  if (![undefined, 'pause', 'accepted'].includes(until)) throw new TypeError("until must be 'pause' or 'accepted'.");
}

function tellOnStderr(message: string): void {
  process.stderr.write(`holdpoint: ${message}\n`);
}
