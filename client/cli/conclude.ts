/** The last words of a command that waited for a run: the run itself, and the exit code. */
import { RunFailed } from '../errors.ts';
import type { Run } from '../run.ts';
import { EXIT } from './exit.ts';
import { print, printJson } from './output.ts';
import { outcomeLines } from './render-run.ts';

/** Prints where the run stands. */
export function conclude(run: Run, json: boolean | undefined): void {
  if (json) printJson(run);
  else print(...outcomeLines(run));
}

/** For commands that ask for the run to complete. */
export function exitOf({ status }: Run): number {
  if (status === 'paused') return EXIT.paused;
  return status === 'failed' || status === 'cancelled' ? EXIT.runEndedBadly : EXIT.done;
}

/** The run, also one that failed: what it has to say is in it. */
export function evenFailed(wait: Promise<Run>): Promise<Run> {
  return wait.catch((error: unknown) => {
    if (error instanceof RunFailed) return error.run;
    throw error;
  });
}
