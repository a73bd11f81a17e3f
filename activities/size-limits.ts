/**
 * Refuses results, and shortens or mends errors, that no message of Temporal's can hold. The SDK would have such an activity run
 * again, or wait for its timeout; and of a local activity they would fail the workflow task for ever.
 */
import { CompleteAsyncError, type Context } from '@temporalio/activity';
import { ApplicationFailure, type ApplicationFailureOptions, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { cut } from '../workflows/define/cut.ts';
import { payloadBytes, wellFormed } from '../workflows/define/json.ts';
import { PAYLOAD_LIMIT, TOO_LARGE, tooLarge } from '../workflows/define/payload-limit.ts';

/** What an agent's activities put around a result that has its own limit. */
const ENVELOPE = 1024;
/** Characters of an error's message that are kept where the error is too large. */
const MESSAGE = 4000;

/** @param limit bytes of JSON of a result */
export function sizeLimits(limit: number): (context: Context) => ActivityInterceptors {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const result = await next(input).catch((error: unknown) => {
          throw errorBytes(error) > PAYLOAD_LIMIT ? shortened(error) : isReadable(error) ? error : mended(error);
        });
        const size = sizeOf(result);
        if (size <= limit + ENVELOPE) return result;
        const what = `'${info.activityType}' has run, but its result has ${size} bytes`;
        throw ApplicationFailure.nonRetryable(tooLarge(what, limit), TOO_LARGE);
      },
    },
  });
}

/** What JSON cannot hold is for the payload converter to take, or to refuse. */
function sizeOf(value: unknown): number {
  try {
    return payloadBytes(value);
  } catch {
    return 0;
  }
}

/** Messages and stack traces are no payloads, so that no external storage takes them. Causes in a circle have no end. */
function errorBytes(error: unknown, causes: readonly unknown[] = []): number {
  if (!(error instanceof Error)) return sizeOf(error);
  if (causes.includes(error)) return Number.POSITIVE_INFINITY;
  const { message, stack, details, cause } = error as ApplicationFailure;
  return [message, stack, details].reduce(
    (sum, each) => sum + sizeOf(each),
    cause === undefined ? 0 : errorBytes(cause, [...causes, error]),
  );
}

/** Can Temporal's core read its texts? See {@link wellFormed}. */
function isReadable(error: unknown): boolean {
  if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return true;
  if (!(error instanceof Error)) return typeof error !== 'string' || wellFormed(error) === error;
  const { message, name, type, stack, cause } = error as ApplicationFailure;
  const texts = [message, name, type, stack].filter((each) => typeof each === 'string');
  return texts.every((text) => wellFormed(text) === text) && (cause === undefined || isReadable(cause));
}

/** The same failure in texts that can be read, with all that it says beside them. */
function mended(error: unknown): ApplicationFailure {
  const { cause, details, category } = error as Partial<ApplicationFailure>;
  return remade(error, Number.POSITIVE_INFINITY, {
    ...(cause instanceof Error && { cause: isReadable(cause) ? cause : mended(cause) }),
    ...(details && { details }),
    ...(category && { category }),
  });
}

function shortened(error: unknown): ApplicationFailure {
  return remade(error, MESSAGE);
}

/** @param limit characters of the message · @param kept what it says beside its texts */
function remade(error: unknown, limit: number, kept: ApplicationFailureOptions = {}): ApplicationFailure {
  const {
    message = String(error),
    name,
    type = name,
    nonRetryable,
    nextRetryDelay,
  } = error as Partial<ApplicationFailure>;
  return ApplicationFailure.create({
    ...kept,
    message: wellFormed(cut(message, limit)),
    ...(typeof type === 'string' && { type: wellFormed(type) }),
    nonRetryable: nonRetryable === true,
    ...(nextRetryDelay && { nextRetryDelay }),
  });
}
