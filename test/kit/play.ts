/**
 * Plays a run to its end: every pause is answered by the book, and time moves only where an answer says so. It never
 * waits for a run that nobody has answered: on the test server, that would let its deadlines pass.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HoldpointClient } from '../../client/client.ts';
import type { Requirement } from '../../client/requirement.ts';
import type { Run } from '../../client/run.ts';
import { type Answer, answerCall, answerRequirement } from './answer.ts';
import type { AnswerBook, Question } from './answer-book.ts';

/** What a play needs of its stage. */
export interface Stage {
  readonly client: HoldpointClient;
  /** Moves the clock. */
  skip(milliseconds: number): Promise<void>;
  /** The server's time. */
  now(): Promise<number>;
}

export interface PlayOptions {
  readonly by: string;
  /** Called at each pause before anything is answered; gives the run as it is to be answered. */
  readonly atPause?: (run: Run) => Promise<Run>;
}

/** How long a deadline that has passed may take to show. */
const SETTLE_MS = 10_000;

/** @throws {MissingAnswer | InvalidAnswer | RunFailed} */
export async function play(stage: Stage, started: Run, book: AnswerBook, options: PlayOptions): Promise<Run> {
  const { by, atPause = async (run) => run } = options;
  const waits = new Waits();
  let run = started;
  while (run.isPaused) {
    run = await atPause(run);
    const answered = await answerAll(run, book, waits, await stage.now());
    run = answered ? await stage.client.continueRun(run, { by }) : await letPass(stage, run, waits);
  }
  return run;
}

/** For what each question waits, and until when. */
class Waits {
  readonly #until = new Map<string, { readonly ms: number; readonly answer: Answer }>();
  /** What waited for nothing: the time has passed, and it asks still. */
  readonly #over = new Map<string, string>();

  has({ id }: Question): boolean {
    return this.#until.has(id);
  }

  add({ id }: Question, ms: number, answer: Answer): void {
    this.#until.set(id, { ms, answer });
  }

  /** When the first of them is over. */
  get next(): number {
    return Math.min(...[...this.#until.values()].map(({ ms }) => ms));
  }

  endAt(now: number): void {
    for (const [id, { ms, answer }] of this.#until) {
      if (ms > now) continue;
      this.#until.delete(id);
      if (answer.say === 'after') this.#over.set(id, `${answer.duration} have passed, and it still asks.`);
    }
  }

  noteOn({ id }: Question): string | undefined {
    return this.#over.get(id);
  }
}

/** Puts the next answer on all that is asked; is there anything to send? */
async function answerAll(run: Run, book: AnswerBook, waits: Waits, now: number): Promise<boolean> {
  let answered = false;
  for (const requirement of run.activeStepRequirements) {
    for (const question of book.questionsOf(requirement)) {
      if (waits.has(question)) continue;
      const answer = await book.next(question, waits.noteOn(question));
      if (answer.say === 'after') waits.add(question, now + answer.ms, answer);
      else {
        give(question, answer);
        answered = true;
      }
    }
  }
  return answered;
}

function give({ requirement, call }: Question, answer: Answer): void {
  if (call) return answerCall(call, answer);
  // Some of its calls have been answered by name: this is for the others.
  const left = requirement.tools.filter(({ isResolved, decision }) => !isResolved && decision === undefined);
  const toAll = answer.say === 'confirm' || answer.say === 'reject' || left.length === 1;
  if (requirement.kind === 'executor' && toAll) for (const each of left) answerCall(each, answer);
  else answerRequirement(requirement, answer);
}

/** Lets time pass until the first wait is over or the first deadline, after which others may be asked; gives the run as it is then. */
async function letPass(stage: Stage, run: Run, waits: Waits): Promise<Run> {
  const { client } = stage;
  const deadlines = run.activeStepRequirements.flatMap(({ timeoutAt }) => (timeoutAt ? [Date.parse(timeoutAt)] : []));
  await stage.skip(Math.max(1, Math.min(waits.next, ...deadlines) - (await stage.now())));
  const time = await stage.now();
  waits.endAt(time);
  const isDue = ({ timeoutAt }: Requirement) => timeoutAt !== undefined && Date.parse(timeoutAt) <= time;
  const due = new Set(run.activeStepRequirements.filter(isDue).map(({ id }) => id));
  // The timer has fired; the worker may not have seen it yet.
  for (const end = Date.now() + SETTLE_MS; ; await sleep(10)) {
    const current = await client.getRun(run.runId);
    const settled = !current.isPaused || !current.activeStepRequirements.some(({ id }) => due.has(id));
    if (settled || Date.now() > end) return client.wait(run.runId);
  }
}
