/**
 * What is waited for and since when, on stderr: a line that counts on a terminal, elsewhere one line per reason. Silent
 * for the first moments, so that what is quick stays quiet.
 */
import { aside, paintAside } from './output.ts';
import { clock, elapsed } from './time.ts';
import type { ContinueOptions } from '../client.ts';
import { commandLine } from './command-line.ts';
import { label, oneLine } from './plain.ts';

const QUIET_MS = 2_000;
const TICK_MS = 1_000;
export const CLEAR_LINE = '\r\u001b[2K';

/** What a wait for a run is for. */
export function outcomeOf(runId: string, until: ContinueOptions['until'] = 'pause'): string {
  return `run '${label(runId)}' ${until === 'accepted' ? 'to take the answer' : 'to pause or end'}`;
}

const GOES_ON = 'the run goes on without you.';

export class Waiting {
  /** What Ctrl-C leaves behind. */
  left = GOES_ON;
  #what: string | undefined;
  #since = 0;
  #told: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  /** From now on this is waited for; with `since`, for longer already. */
  for(what: string, since: number = Date.now()): void {
    this.#what = what;
    // The server's clock may be ahead of this one.
    this.#since = Math.min(since, Date.now());
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** From now on an answer is on its way: it may have arrived or not when somebody stops waiting. */
  forAnswer(runId: string, until: ContinueOptions['until']): void {
    this.for(outcomeOf(runId, until));
    this.left = `whether the run has your answer, ${commandLine('show', [runId])} tells.`;
  }

  /** The client has found out why nothing happens. */
  readonly because = (reason: string): void => {
    this.for(oneLine(reason.replace(/^waiting for /, ''), 300), this.#since || Date.now());
    this.#show();
  };

  /** Something else is to be printed. */
  clear(): void {
    if (this.#drawn) process.stderr.write(CLEAR_LINE);
    this.#drawn = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#what = undefined;
    this.left = GOES_ON;
    this.clear();
  }

  #tick(): void {
    if (Date.now() - this.#since >= QUIET_MS) this.#show();
  }

  #show(): void {
    if (this.#what === undefined) return;
    const since = `since ${clock(this.#since)}`;
    if (process.stderr.isTTY === true) {
      const how = `, ${since} (${elapsed(Date.now() - this.#since)})`;
      // A line that wraps could not be cleared: the reason is cut, never the time.
      const room = Math.max(10, (process.stderr.columns ?? 80) - how.length - 'waiting for '.length - 1);
      process.stderr.write(CLEAR_LINE + paintAside('dim', `waiting for ${oneLine(this.#what, room)}${how}`));
      this.#drawn = true;
    } else if (this.#told !== this.#what) {
      this.#told = this.#what;
      aside(`waiting for ${this.#what}, ${since}`);
    }
  }
}
