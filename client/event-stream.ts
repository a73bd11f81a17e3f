/** Events of one stretch of a run – from its start, or from an answer, to the next pause or the end – and its outcome. */
import type { RunEvent, RunEventName } from '../workflows/protocol/events.ts';
import { RunFailed } from './errors.ts';
import type { Run } from './run.ts';

/** Nothing comes after these. */
const LAST: readonly RunEventName[] = ['WorkflowCompleted', 'WorkflowCancelled', 'WorkflowError'];

function endsRun({ event }: RunEvent): boolean {
  return LAST.includes(event);
}

/**
 * @example
 * const stream = client.stream(dataPipeline, { input });
 * for await (const event of stream) console.log(event.event);
 * const run = await stream.run;
 */
export class EventStream implements AsyncIterable<RunEvent> {
  /** The run at its pause or its end. It goes on whether or not anybody reads the events. @throws {RunFailed} as `client.run` */
  readonly run: Promise<Run>;
  readonly #events: AsyncIterable<RunEvent>;
  readonly #stop: () => void;

  /** @param stop ends the reading of events that is under way */
  constructor(events: AsyncIterable<RunEvent>, run: Promise<Run>, stop: () => void) {
    this.#events = events;
    this.#stop = stop;
    this.run = run;
    // Who reads only the events hears of a failure there.
    run.catch(() => {});
  }

  /** Ends after the event of the pause, or of the end. @throws what `run` rejects with, except a failure of the run itself */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void> {
    const events = this.#events[Symbol.asyncIterator]();
    const refused = this.run.then(
      () => new Promise<never>(() => {}),
      (error: unknown) => {
        if (error instanceof RunFailed) return new Promise<never>(() => {});
        throw error;
      },
    );
    refused.catch(() => {});
    try {
      for (;;) {
        const { done, value } = await Promise.race([events.next(), refused]);
        if (done) return;
        yield value;
        if (endsRun(value)) {
          // It may have ended without the answer: then that is what there is to say.
          await this.#sequence();
          return;
        }
        // Somebody may have answered meanwhile: then the outcome is of a later pause.
        if (value.event === 'WorkflowPaused' && (await this.#sequence()) <= value.sequence) return;
      }
    } finally {
      this.#stop();
      await events.return?.();
    }
  }

  /** Of the outcome; a failure is later than any pause. */
  #sequence(): Promise<number> {
    const later = (error: unknown) => {
      if (error instanceof RunFailed) return Number.POSITIVE_INFINITY;
      throw error;
    };
    return this.run.then(({ sequence }) => sequence, later);
  }
}
