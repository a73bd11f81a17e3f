/**
 * What becomes of an error of a model call: the one place that decides between another try and the end. Rate limits and
 * overload are tried again when the server says; what the provider refuses fails at once. Messages are the provider's,
 * without keys; stacks, headers, and of bodies all but the provider's words, stay out of the history.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { cut } from '../workflows/define/cut.ts';
import { defined } from '../workflows/define/defined.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { type ModelError, readModelError } from './model-error.ts';

/** The longest wait that a server may ask for, in milliseconds. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;
/** Timeout, conflict, too early, rate limit: the client's statuses that are worth another try. */
const PASSING = [408, 409, 425, 429];

/**
 * The failure that Temporal sees.
 * @param keys what the request was sent with
 */
export function toFailure(error: unknown, keys: readonly string[] = []): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  // The HTTP request was aborted because the activity is cancelled.
  const { cancellationSignal } = Context.current();
  if (cancellationSignal.aborted) return cancellationSignal.reason as Error;
  const known = readModelError(error);
  if (!known) {
    const { name = 'Error', message = String(error) } = error instanceof Error ? error : {};
    return ApplicationFailure.create({ message: withoutKeys(message, keys), type: name });
  }
  const { status } = known;
  // Below 400 it is the answer that cannot be read: a proxy's page, half a message.
  const passing = status === undefined ? known.retryable : status < 400 || status >= 500 || PASSING.includes(status);
  const failure = {
    message: `${withoutKeys(known.message, keys)}${status === undefined ? '' : ` (HTTP ${status})`}`,
    type: passing ? FAILURE.modelUnavailable : FAILURE.modelRefused,
    nonRetryable: !passing,
    nextRetryDelay: passing ? retryAfter(known) : undefined,
  };
  return ApplicationFailure.create(defined(failure));
}

/** Milliseconds that the server wants us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfter({ headers = {} }: ModelError): number | undefined {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const milliseconds = Number(byName.get('retry-after-ms') ?? Number.NaN);
  const after = byName.get('retry-after') ?? '';
  const seconds = /^\s*[\d.]+\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  // 0 is no wish: the attempts would be spent within milliseconds.
  const wanted = [milliseconds, seconds].find((each) => Number.isFinite(each) && each > 0);
  return wanted === undefined ? undefined : Math.min(Math.ceil(wanted), LONGEST_WAIT_MS);
}

/** Characters of a message that are kept. It may repeat a whole prompt, and the patterns would be long about it. */
const LONGEST = 4000;
const SECRET_NAMES = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i;
/** What keys look like, and where they stand; what is in parentheses stays. */
const KEYS = [
  /\bbearer\s+(?!(?:auth|token|scheme|header|format)\w*\b)[\w.~+/=-]{6,}/gi,
  /\b[Bb]asic\s+(?=\S*(?:[\d=+/]|[a-z][A-Z]))[\w+/=-]{8,}/g,
  /\b(?:sk|pk|rk|gsk|xai|ghp|pplx|nvapi|github_pat)[-_][\w-]{12,}/g,
  /\b(?:hf|r8|fw|pat|key)[-_](?=[\w-]*\d)[\w-]{12,}/g,
  /\b(?:AIza|AKIA)[\w-]{12,}/g,
  /((?:api|access|secret)[ _-]?(?:key|token)[^:=.\n]{0,24}[:=](?!\/\/)\s*["']?)[^\s"',;)}]{4,}/gi,
  /(authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest|apikey)\s+)?)[^\s"',;)}]{4,}/gi,
  /([?&](?:api_?)?key=)[^\s"'&]{4,}/gi,
  /(?<=:\/\/)[^\s/@]+(?=@)/g,
  // Node's words for a header that HTTP cannot carry: a key with a line break in it, for instance.
  /^(Headers\.\w+: ")[^]*(?=" is an invalid header value)/g,
];

/** Providers repeat the key that they refuse; and an error's message is for everybody who may look at a run. */
export function withoutKeys(
  message: string,
  keys: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): string {
  const named = Object.entries(env).flatMap(([name, value = '']) => (SECRET_NAMES.test(name) ? [value] : []));
  const secrets = [...keys, ...named].filter(({ length }) => length >= 6);
  // The longest first: one may be the beginning of another.
  const known = secrets
    .sort((a, b) => b.length - a.length)
    .reduce((kept, value) => kept.replaceAll(value, '[key]'), message);
  const hide = (_: string, before: unknown) => (typeof before === 'string' ? `${before}[key]` : '[key]');
  return KEYS.reduce((kept, pattern) => kept.replace(pattern, hide), cut(known, LONGEST));
}
