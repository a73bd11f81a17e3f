/** How commands end: the exit codes, which scripts rely on, and the errors that are the command line's own. */
import { reasonOf } from '../../workflows/define/reason.ts';
import { ConfigError } from '../config.ts';
import {
  HoldpointError,
  InvalidAnswer,
  RequirementAlreadyResolved,
  RunAlreadyExists,
  RunFailed,
  RunNotFound,
  RunNotPaused,
  UnresolvedRequirements,
  WaitTimeout,
} from '../errors.ts';
import { commandLine } from './command-line.ts';

export const EXIT = {
  done: 0,
  /** Of `replay`: a run would break. */
  error: 1,
  /** The command line itself is wrong; nothing was done. */
  usage: 2,
  /** The run waits for a human. */
  paused: 3,
  /** There is no such run, requirement, tool call or workflow. */
  notFound: 4,
  /** The answer, or the cancellation, changed nothing. */
  refused: 5,
  /** The run failed or was cancelled. */
  runEndedBadly: 6,
  /** `--timeout` passed; the run goes on. */
  timeout: 7,
  /** `replay` could not look at all that it should. */
  notChecked: 8,
  /** Ctrl-C; the run goes on. */
  interrupted: 130,
} as const;

const TYPES = {
  error: 'holdpoint.Error',
  usage: 'holdpoint.Usage',
  notFound: 'holdpoint.NotFound',
  refused: 'holdpoint.Refused',
  notChecked: 'holdpoint.NotChecked',
} as const;

/** What only the command line can have: the sentence says it all. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly type: string;
  readonly exitCode: number;
  /** What may have been meant, best first. */
  readonly matches: readonly string[];

  constructor(kind: keyof typeof TYPES, message: string, matches: readonly string[] = []) {
    super(matches.length === 0 ? message : `${message} Did you mean ${listed(matches)}?`);
    this.type = TYPES[kind];
    this.exitCode = EXIT[kind];
    this.matches = matches;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof RunNotFound) return EXIT.notFound;
  if (error instanceof RunFailed) return EXIT.runEndedBadly;
  if (error instanceof WaitTimeout) return EXIT.timeout;
  return REFUSED.some((refused) => error instanceof refused) ? EXIT.refused : EXIT.error;
}

const REFUSED = [InvalidAnswer, RequirementAlreadyResolved, RunNotPaused, UnresolvedRequirements];

/** What went wrong, and what to type: the client says what to call. */
export function messageOf(error: unknown): string {
  if (error instanceof RunAlreadyExists) {
    return inCommands(error, 'choose another --run-id, or leave it out to get a new one');
  }
  if (error instanceof WaitTimeout) return inCommands(error, `${commandLine('watch', [error.runId])} waits again`);
  if (error instanceof RunNotPaused && error.status === 'running') {
    return inCommands(error, `wait until it pauses (${commandLine('watch', [error.runId])})`);
  }
  return reasonOf(error);
}

function inCommands({ message, hint }: Error & { readonly hint: string }, command: string): string {
  // By a function: an id may have what `replace` reads as a pattern.
  return message.replace(hint, () => command);
}

/** An error as `--json` prints it. */
export function errorJson(error: unknown): object {
  const exitCode = exitCodeOf(error);
  const message = messageOf(error);
  const type = isOurs(error) ? error.type : error instanceof ConfigError ? 'holdpoint.ConfigError' : 'Error';
  const matches = error instanceof CliError && error.matches.length > 0 ? { matches: error.matches } : {};
  return { error: { type, message, exitCode, ...matches } };
}

/** Is its message a sentence for people, with no need of a stack? */
export function isOurs(error: unknown): error is HoldpointError | CliError {
  return error instanceof HoldpointError || error instanceof CliError;
}

function listed(matches: readonly string[]): string {
  return matches.map((match) => `'${match}'`).join(', ');
}
