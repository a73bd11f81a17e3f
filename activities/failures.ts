/**
 * What becomes of an error of a model call: the one place that decides between another try and the end. Rate limits and
 * overload are tried again when the server says; what the provider refuses fails at once. Messages are the provider's,
 * without keys; stacks, headers and bodies stay out of the history.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { type ModelError, readModelError } from './model.ts';

/** The longest wait that a server may ask for, in milliseconds. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;
/** Timeout, conflict, too early, rate limit: the client's statuses that are worth another try. */
const PASSING = [408, 409, 425, 429];

/** The failure that Temporal sees. */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  // The HTTP request was aborted because the activity is cancelled.
  const { cancellationSignal } = Context.current();
  if (cancellationSignal.aborted) return cancellationSignal.reason as Error;
  const known = readModelError(error);
  if (!known) {
    const { name = 'Error', message = String(error) } = error instanceof Error ? error : {};
    return ApplicationFailure.create({ message: withoutKeys(message), type: name });
  }
  const { status } = known;
  const passing = status === undefined ? known.retryable : status >= 500 || PASSING.includes(status);
  const delay = passing ? retryAfter(known) : undefined;
  return ApplicationFailure.create({
    message: withoutKeys(status === undefined ? known.message : `${known.message} (HTTP ${status})`),
    type: passing ? FAILURE.modelUnavailable : FAILURE.modelRefused,
    nonRetryable: !passing,
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

/** Milliseconds that the server wants us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfter({ headers = {} }: ModelError): number | undefined {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const milliseconds = Number(byName.get('retry-after-ms') ?? Number.NaN);
  const after = byName.get('retry-after') ?? '';
  const seconds = /^\s*[\d.]+\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  const wanted = [milliseconds, seconds].find((each) => Number.isFinite(each) && each >= 0);
  return wanted === undefined ? undefined : Math.min(Math.ceil(wanted), LONGEST_WAIT_MS);
}

const SECRET_NAMES = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i;
/** What keys look like, and where they stand. */
const KEYS = [
  /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi,
  /\b(sk|pk|rk|xai|gsk|hf|pat|key|ghp|AIza)[-_]?[\w-]{12,}/g,
  /((?:api|access|secret)[ _-]?(?:key|token)[^:=\n]{0,40}[:=]\s*)["']?[^\s"',;}]{4,}/gi,
];

/** Providers repeat the key that they refuse; and an error's message is for everybody who may look at a run. */
export function withoutKeys(message: string, env: NodeJS.ProcessEnv = process.env): string {
  let text = message;
  for (const [name, value] of Object.entries(env)) {
    if (value && value.length >= 6 && SECRET_NAMES.test(name)) text = text.replaceAll(value, '[key]');
  }
  return KEYS.reduce(
    (kept, pattern) => kept.replace(pattern, (_, before?: string) => `${/[:=]/.test(before ?? '') ? before : ''}[key]`),
    text,
  );
}
