/** Events of one stretch of a run – from its start, or from an answer, to the next pause or the end – and its outcome. */
import type { RunEvent } from '../workflows/protocol/events.ts';
import { RunFailed } from './errors.ts';
import { leavable } from './leavable.ts';
import type { Run } from './run.ts';
import { endsRun } from './run-events.ts';
import { untilAborted } from './wait.ts';

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

  constructor(events: AsyncIterable<RunEvent>, run: Promise<Run>) {
    this.#events = events;
    this.run = run;
    // Who reads only the events hears of a failure there.
    run.catch(() => {});
  }

  /** Ends after the event of the pause, or of the end. @throws what `run` rejects with, except a failure of the run itself */
  [Symbol.asyncIterator](): AsyncIterableIterator<RunEvent, void> {
    return leavable((left) => this.#read(left));
  }

  async *#read(left: AbortSignal): AsyncGenerator<RunEvent, void> {
    const events = this.#events[Symbol.asyncIterator]();
    left.addEventListener('abort', () => void events.return?.(), { once: true });
    const refused = new AbortController();
    this.run.catch((error: unknown) => {
      if (!(error instanceof RunFailed)) refused.abort(error);
    });
    try {
      for (;;) {
        const { done, value } = await untilAborted(refused.signal, events.next());
        if (done) return;
        yield value;
        if (endsRun(value.event)) {
          // It may have ended without the answer: then that is what there is to say.
          await this.#sequence();
          return;
        }
        // Somebody may have answered meanwhile: then the outcome is of a later pause.
        if (value.event === 'WorkflowPaused' && (await this.#sequence()) <= value.sequence) return;
      }
    } finally {
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
