/** A reviewer at the terminal: pretty prompts that show how long they stand, and close when the run no longer asks. */
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { intro, isCancel, log, note, select } from '@clack/prompts';
import type { PausedRun, Requirement } from 'holdpoint/client';
import { withKeyboard } from '../../keyboard.ts';
import { ask, type Framing } from './prompts.ts';
import { type Look, type Reviewer, Stopped } from './reviewer.ts';

const TICK_MS = 1_000;
/** Whoever was typing when a question closed under their hands has noticed by then. */
const NOTICED_MS = 2_000;

/** `stop` closes whatever is asked. */
export function terminalReviewer(stop: AbortSignal): Reviewer {
  intro(styleText('inverse', ' holdpoint: the customer pipeline '));
  let closed = false;
  return {
    by: process.env.USER ?? process.env.USERNAME ?? 'you',
    say: (line) => log.step(line),
    show: (title, lines) => note(lines.join('\n'), title, { format: (line) => line }),
    chooseRun: (paused) => chooseRun(paused, stop),
    async review(requirement, look) {
      closed = await review(requirement, look, stop, closed ? NOTICED_MS : undefined);
    },
    async finish() {
      const options = [{ value: 'stop', label: 'Stop the server; until then, the Web UI shows the whole run' }];
      const done = { message: 'Done.', options, showInstructions: false, signal: stop };
      await withKeyboard((input) => select({ ...done, input }));
    },
  };
}

async function chooseRun(paused: readonly PausedRun[], signal: AbortSignal): Promise<string | undefined> {
  if (paused.length === 0) return undefined;
  const options = [
    ...paused.map(({ runId, startedAt, open }) => ({
      value: runId,
      label: `Resume the run of ${startedAt.toLocaleString()}`,
      hint: `it waits at: ${open[0]?.message ?? open[0]?.id ?? 'an unknown question'}`,
    })),
    { value: '', label: 'Start a new run' },
  ];
  const choice = await withKeyboard((input) => select({ message: 'Which run?', options, signal, input }));
  if (isCancel(choice)) throw new Stopped();
  return choice || undefined;
}

/** @returns whether somebody else, or the deadline, was first */
async function review(
  requirement: Requirement,
  look: Look,
  stop: AbortSignal,
  quietMs: number | undefined,
): Promise<boolean> {
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, stop]);
  // A prompt draws itself anew when the terminal changes its size; told so every second, it shows the time that is left.
  const ticking = setInterval(() => process.stdout.emit('resize'), TICK_MS);
  const watching = untilResolved(requirement.id, look, signal).then((resolved) => {
    if (resolved) closing.abort(resolved);
  });
  const frame =
    (input: Readable): Framing =>
    (message) => ({
      signal,
      input,
      get message() {
        return message + deadline(requirement);
      },
    });
  try {
    await withKeyboard((input) => ask(requirement, frame(input)), quietMs);
    return false;
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof Stopped) || !closing.signal.aborted) throw error;
    log.warn(describe(closing.signal.reason as Requirement));
    return true;
  } finally {
    clearInterval(ticking);
    closing.abort();
    await watching;
  }
}

/** The requirement once somebody else or its deadline has resolved it; `undefined` when the signal aborts first. */
async function untilResolved(id: string, look: Look, signal: AbortSignal): Promise<Requirement | undefined> {
  while (!signal.aborted) {
    await sleep(TICK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    // A look that fails tells nothing; the answer itself will meet the same trouble, and name it.
    const { stepRequirements = [] } = await look().catch(() => ({ stepRequirements: undefined }));
    const resolved = stepRequirements.find((each) => each.id === id && each.isResolved);
    if (resolved) return resolved;
  }
  return undefined;
}

function describe({ resolution, resolvedBy }: Requirement): string {
  return resolvedBy === 'timeout'
    ? `Too late: the deadline has passed, so this is ${resolution}.`
    : `Answered elsewhere: ${resolution} by ${resolvedBy ?? 'somebody who gave no name'}.`;
}

function deadline({ timeoutAt, onTimeout }: Requirement): string {
  if (timeoutAt === undefined) return '';
  const seconds = Math.max(0, Math.ceil((Date.parse(timeoutAt) - Date.now()) / 1000));
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return styleText('dim', ` · ${left} left, then: ${onTimeout}`);
}
