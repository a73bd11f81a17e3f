/** One wait for a run: bounded by the caller's signal and timeout, and not silent when nothing can happen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DurationString, durationMs } from '../workflows/define/duration.ts';
import { WaitTimeout } from './errors.ts';
import { detailsOf } from './server-call.ts';

export interface WaitOptions {
  /** Rejects with the signal's reason. The run goes on. */
  readonly signal?: AbortSignal;
  /** Milliseconds, or a duration with its unit; then {@link WaitTimeout}. Default: none, a human takes the time it takes. */
  readonly timeout?: number | DurationString;
}

/** Silence after which a wait asks what it waits for; doubled up to the second value. */
const SILENCE_MS = { first: 3_000, most: 30_000 };
/** How long a timeout may be late to say what it waited for. */
const LAST_WORD_MS = 1_000;

export interface WaitContext {
  readonly runId: string;
  /** What is in the way, `waiting for …`; `undefined` where the run is just at work. Never throws. */
  readonly diagnose: (lastTaskFailure: string | undefined) => Promise<string | undefined>;
  /** Told once per reason. */
  readonly onWaiting: (message: string) => void;
}

export class Wait {
  readonly #controller = new AbortController();
  readonly #context: WaitContext;
  readonly #told = new Set<string>();
  readonly #callerSignal: AbortSignal | undefined;
  readonly #timeout: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #reason: string | undefined;
  #lastTaskFailure: string | undefined;
  #unread: string | undefined;
  /** An answer is on its way, and takes effect whether or not anybody waits. */
  hasSent = false;

  constructor(context: WaitContext, { signal, timeout }: WaitOptions) {
    this.#context = context;
    const ms = timeoutMs(timeout);
    signal?.throwIfAborted();
    this.#callerSignal = signal;
    signal?.addEventListener('abort', this.#followCaller, { once: true });
    if (ms !== undefined) this.#timeout = setTimeout(() => void this.#expire(ms), ms);
    this.#listen(SILENCE_MS.first);
  }

  /** Aborts with what the wait has to reject with. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The promise, for as long as the wait lasts. */
  until<T>(work: Promise<T>): Promise<T> {
    return untilAborted(this.signal, work);
  }

  /** Something happened, so nothing is in the way – except a workflow task that keeps failing. */
  progress(lastTaskFailure: string | undefined): void {
    this.#reason = undefined;
    this.#lastTaskFailure = lastTaskFailure;
    this.#listen(SILENCE_MS.first);
  }

  /** What happens cannot be read at the moment; it is asked for again. */
  unreadable(error: unknown): void {
    const problem = detailsOf(error).replace(/\.$/, '') || 'no reason is known';
    this.#unread = `waiting for run '${this.#context.runId}' to go on; reading its history fails with: ${problem}`;
  }

  readable(): void {
    this.#unread = undefined;
  }

  /** Frees timers and listeners, and stops what still polls. */
  end(): void {
    clearTimeout(this.#timeout);
    clearTimeout(this.#silence);
    this.#callerSignal?.removeEventListener('abort', this.#followCaller);
    this.#controller.abort();
  }

  readonly #followCaller = (): void => this.#controller.abort(this.#callerSignal!.reason);

  #listen(silenceMs: number): void {
    clearTimeout(this.#silence);
    if (this.signal.aborted) return;
    this.#silence = setTimeout(() => void this.#askWhy(silenceMs), silenceMs);
  }

  async #askWhy(silenceMs: number): Promise<void> {
    const timer = this.#silence;
    const reason = (await this.#context.diagnose(this.#lastTaskFailure)) ?? this.#unread;
    // Something happened meanwhile: the answer is out of date.
    if (timer !== this.#silence || this.signal.aborted) return;
    this.#reason = reason;
    if (reason !== undefined && !this.#told.has(reason)) {
      this.#told.add(reason);
      try {
        this.#context.onWaiting(reason);
      } catch (error) {
        // The caller's own mistake, and the caller's to hear of.
        this.#controller.abort(error);
      }
    }
    this.#listen(Math.min(silenceMs * 2, SILENCE_MS.most));
  }

  async #expire(ms: number): Promise<void> {
    this.#reason ??= await Promise.race([
      this.#context.diagnose(this.#lastTaskFailure),
      sleep(LAST_WORD_MS, undefined),
    ]);
    this.#reason ??= this.#unread;
    this.#controller.abort(new WaitTimeout(this.#context.runId, ms, this.#reason, this.hasSent));
  }
}

/** The promise, or the signal's reason as soon as it aborts. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Before anything is started: a wait that cannot be. @throws {TypeError} or the reason of a signal that has aborted. */
export function checkWait({ signal, timeout }: WaitOptions): void {
  timeoutMs(timeout);
  signal?.throwIfAborted();
}

/** @throws {TypeError} for what is no positive duration. */
export function timeoutMs(timeout: WaitOptions['timeout']): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = typeof timeout === 'number' ? timeout : durationMs(timeout);
  if (ms !== undefined && ms > 0 && ms < 2 ** 31) return ms;
  throw new TypeError(
    `timeout must be milliseconds or a duration with its unit, such as '30s', at most 24 days, got ${JSON.stringify(timeout)}.`,
  );
}
