/**
 * The worker's log: JSON by pino, a line each, for whoever collects it; plain lines where a terminal shows them. Of an error
 * it has type, message and stack, and never what Temporal's failures carry beside them: details are payloads.
 */
import { isNativeError } from 'node:util/types';
import { DefaultLogger, type LogEntry, type Logger, type LogLevel } from '@temporalio/worker';
import { pino, stdTimeFunctions } from 'pino';
import { defined } from '../workflows/define/defined.ts';
import { plain } from '../client/cli/plain.ts';
import { messageIn } from './core-failure.ts';
import { terminal } from './terminal.ts';

export function workerLog(): Logger {
  return new DefaultLogger('INFO', process.stdout.isTTY ? toTerminal : toJson());
}

/** Who logs what it likes; all other lines are the SDK's and ours. */
const YOURS: readonly unknown[] = ['activity', 'workflow'];

const TASK_TOKEN = 'taskToken';
/** What the SDK adds to lines of its own: whole tasks with what they were given, and the memo of a run. */
const WITH_PAYLOADS = ['task', 'taskEncoded', 'workflowInfo'];

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function toJson(): (entry: LogEntry) => void {
  const log = pino({
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: { error: (error) => (isNativeError(error) ? briefly(error) : error) },
    // Whoever has the token can complete the activity.
    redact: { paths: [TASK_TOKEN], remove: true },
  });
  const ofSdk = log.child(
    {},
    { serializers: { error: briefly }, redact: { paths: [TASK_TOKEN, ...WITH_PAYLOADS], remove: true } },
  );
  return ({ level, message, meta = {} }) =>
    (YOURS.includes(meta.sdkComponent) ? log : ofSdk)[PINO_LEVEL[level]](withReason(meta), message);
}

type Meta = NonNullable<LogEntry['meta']>;

/** Why a workflow task fails. `failure` is what the native side prints of it, with all details. */
function withReason({ failure, ...meta }: Meta): Meta {
  const reason = reasonIn(failure);
  return reason === undefined ? meta : { ...meta, reason };
}

function reasonIn(failure: unknown): string | undefined {
  return typeof failure === 'string' ? messageIn(failure) : undefined;
}

const TERMINAL_LINE: Readonly<Record<LogLevel, (text: string) => void>> = {
  TRACE: terminal.say,
  DEBUG: terminal.say,
  INFO: terminal.say,
  WARN: terminal.note,
  ERROR: terminal.fail,
};

function toTerminal({ level, message, meta = {} }: LogEntry): void {
  const { sdkComponent, workflowId, step, activityType, error, failure } = meta;
  // How its worker comes and goes, in the SDK's words; ours say it already.
  if (level === 'INFO' && sdkComponent === 'worker') return;
  const where = [workflowId, step, activityType].filter((part) => part !== undefined).join(' · ');
  const told = isNativeError(error) ? error.message : reasonIn(failure);
  const why = told === undefined ? '' : `: ${told}`;
  TERMINAL_LINE[level](plain(`${message}${why}${where && ` (${where})`}`));
}

/** Causes that are told: they may go in a circle, and what is thrown here ends the process. */
const MOST_CAUSES = 10;

/** Errors come from the sandbox too, where they are of another realm. What is none, thrown or as a cause, may hold anything. */
function briefly(error: unknown, causes = MOST_CAUSES): unknown {
  if (!isNativeError(error)) return Object(error) === error ? 'an object that is no Error' : error;
  const { name, message, stack, cause, type = name } = error as Error & { readonly type?: unknown };
  const told = { type: typeof type === 'string' ? type : name, message, stack };
  return causes === 0 ? told : defined({ ...told, cause: briefly(cause, causes - 1) });
}
