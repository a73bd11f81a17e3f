/** `holdpoint watch`: the events of a run as they happen, across pauses, to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../workflows/protocol/events.ts';
import { diagnose } from '../diagnose.ts';
import { WaitTimeout } from '../errors.ts';
import { timeoutMs, type WaitOptions } from '../wait.ts';
import { exitOf } from './conclude.ts';
import { orNearRuns } from './find.ts';
import { print, printJsonLine } from './output.ts';
import { label } from './plain.ts';
import { eventLine } from './render-event.ts';
import { outcomeLines } from './render-run.ts';
import { type CommonOptions, type Context, withClient } from './with-client.ts';

export interface WatchOptions extends CommonOptions {
  readonly from?: number;
}

interface FollowOptions extends WatchOptions {
  /** How long at most; then {@link WaitTimeout}, and the run goes on. */
  readonly timeout?: WaitOptions['timeout'];
}

const DIAGNOSE_MS = 5_000;

export async function watch(runId: string, options: WatchOptions): Promise<void> {
  await withClient(options, (context) => follow(context, runId, options));
}

/** Prints every event from `from` on. @returns the exit code, by how the run ended */
export async function follow(
  context: Context,
  runId: string,
  { from = 1, json, timeout }: FollowOptions,
): Promise<number> {
  const { client, waiting } = context;
  const ms = timeoutMs(timeout);
  const late = new AbortController();
  const timer = ms && setTimeout(() => late.abort(new WaitTimeout(runId, ms, undefined)), ms);
  const waits = new Waits();
  waiting.for(`run '${label(runId)}' to go on`);
  const quiet = new AbortController();
  void explainSilence(context, runId, waits, quiet.signal);
  try {
    await orNearRuns(client, runId, async () => {
      for await (const event of client.events(runId, { from, signal: late.signal })) {
        waiting.clear();
        if (json) printJsonLine(event);
        else print(eventLine(event));
        waits.read(event);
        if (waits.paused) waiting.for(waits.people, waits.since);
        else waiting.for(`run '${label(runId)}' to go on`, Date.parse(event.time));
      }
    });
  } finally {
    clearTimeout(timer);
    quiet.abort();
    waiting.stop();
  }
  const run = await client.getRun(runId);
  if (json) printJsonLine(run);
  else print('', ...outcomeLines(run));
  return exitOf(run);
}

/** What a run waits for, as its events tell. */
class Waits {
  paused = false;
  readonly #open = new Map<string, number>();

  read(event: RunEvent): void {
    this.paused = event.event === 'WorkflowPaused';
    if ('resolution' in event) this.#open.delete(event.requirement);
    else if ('kind' in event) this.#open.set(event.requirement, Date.parse(event.time));
  }

  get people(): string {
    const ids = [...this.#open.keys()].map(label);
    return ids.length === 0 ? 'a human' : `a human: ${ids.join(', ')}`;
  }

  get since(): number {
    return Math.min(...this.#open.values());
  }
}

/** Events tell nothing while no worker is there; the server knows why. */
async function explainSilence({ client, waiting }: Context, runId: string, waits: Waits, quiet: AbortSignal) {
  for (;;) {
    await sleep(DIAGNOSE_MS, undefined, { signal: quiet }).catch(() => {});
    if (quiet.aborted) return;
    const reason = waits.paused ? undefined : await diagnose(client.temporal, runId, undefined);
    if (reason !== undefined && !quiet.aborted && !waits.paused) waiting.because(reason);
  }
}
