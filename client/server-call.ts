/** Every request to the server goes through here: with a deadline, and with errors that say what is wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { cut } from '../workflows/define/cut.ts';
import { describe } from '../workflows/define/describe.ts';
import { wellFormed } from '../workflows/define/json.ts';
import { AccessDenied, ClientClosed, NamespaceNotFound, RunNotFound, ServerUnavailable } from './errors.ts';

/** The gRPC status codes that mean something to the client. */
export const GRPC = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Of a server, or of something before it, that is going away: nobody here cancels a request. */
export const AWAY: readonly (number | undefined)[] = [GRPC.cancelled, GRPC.deadlineExceeded, GRPC.unavailable];

const REQUEST_MS = 10_000;
const GRACE_MS = 200;

/** The gRPC status code of an error, or of the error that the SDK wrapped. */
export function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const { cause } = (error ?? {}) as { cause?: unknown };
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

/** The server's own words of an error. */
export function detailsOf(error: unknown): string {
  const source = isGrpcServiceError(error) ? error : (error as { cause?: unknown })?.cause;
  return isGrpcServiceError(source) ? source.details : String((error as Error)?.message ?? error);
}

/** The address of the server, for messages. */
export function addressOf(client: Client): string {
  const { options } = client.connection as { options?: { address?: string } };
  return options?.address ?? 'the configured address';
}

/** Requests on their way, per client: also those whose caller no longer waits. */
const underWay = new WeakMap<Client, Set<Promise<unknown>>>();

/** Makes the request, which is remembered until it settles. @throws where {@link endRequests} was called before */
export async function track<T>(client: Client, request: () => Promise<T>): Promise<T> {
  if (ended.has(client)) throw new ClientClosed();
  const requests = underWay.get(client) ?? new Set();
  const made = request();
  underWay.set(client, requests.add(made));
  try {
    return await made;
  } finally {
    requests.delete(made);
  }
}

/** Those that make no request any more. */
const ended = new WeakSet<Client>();

/**
 * No request begins from here on; resolves when those under way have settled. To close a connection before would end the
 * process: the SDK's retry, up to some seconds later, throws in a timer when its channel is closed.
 */
export async function endRequests(client: Client): Promise<void> {
  ended.add(client);
  await Promise.allSettled([...(underWay.get(client) ?? [])]);
}

/** @throws {ServerUnavailable | AccessDenied | NamespaceNotFound} and whatever the request throws. */
export async function call<T>(client: Client, request: () => Promise<T>, deadlineMs = REQUEST_MS): Promise<T> {
  const timer = new AbortController();
  // The SDK looks at the deadline only between its retries, which are seconds apart.
  const late = sleep(deadlineMs + GRACE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new ServerUnavailable(addressOf(client), { isLate: true });
  });
  try {
    return await Promise.race([track(client, () => client.withDeadline(Date.now() + deadlineMs, request)), late]);
  } catch (error) {
    throw explained(client, error);
  } finally {
    timer.abort();
  }
}

/** A request that changes a run: where its answer is missing, the error says what it may have done. @param doubt of the run */
export async function inDoubt<T>(runId: string, doubt: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ServerUnavailable)) throw error;
    throw new ServerUnavailable(error.address, {
      cause: error.cause,
      isLate: error.isLate,
      doubt: { runId, sentence: `Run '${runId}' ${doubt}.` },
    });
  }
}

/** What comes of what was sent: where that may not be read, the error says what holds. @param sent a sentence */
export async function afterSent<T>(sent: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof AccessDenied ? error.after(sent) : error;
  }
}

/** The server is there, and this is not for us. */
export function isDenied(error: unknown): boolean {
  const code = grpcCode(error);
  return code === GRPC.permissionDenied || code === GRPC.unauthenticated;
}

/** What is wrong with the server, or with where we look; any other error as it is. */
export function explained(client: Client, error: unknown): unknown {
  const code = grpcCode(error);
  const isBusy = code === GRPC.resourceExhausted && !isTooLarge(error);
  if (AWAY.includes(code) || isBusy) {
    const isLate = isBusy || code === GRPC.deadlineExceeded;
    return new ServerUnavailable(addressOf(client), { cause: error, isLate });
  }
  const { namespace } = client.options;
  if (isDenied(error)) {
    return new AccessDenied(namespace, addressOf(client), detailsOf(error), { cause: error });
  }
  if (!isNamespaceNotFound(error)) return error;
  return new NamespaceNotFound(namespace, addressOf(client), { cause: error });
}

/** More than a connection takes in one message: 4 MB, unless it was made as {@link ./connect.ts} makes it. */
export function isTooLarge(error: unknown): boolean {
  return grpcCode(error) === GRPC.resourceExhausted && /larger than max/.test(detailsOf(error));
}

/** The SDK has a class for it, and does not use it for every request. */
function isNamespaceNotFound(error: unknown): boolean {
  const { name } = (error ?? {}) as Partial<Error>;
  return (
    name === 'NamespaceNotFoundError' ||
    (grpcCode(error) === GRPC.notFound && /^namespace .* (?:is )?not found/i.test(detailsOf(error)))
  );
}

/** What Temporal takes as an id. */
export function isRunId(runId: unknown): runId is string {
  return typeof runId === 'string' && runId !== '' && runId.length <= 1000 && wellFormed(runId) === runId;
}

/** What no run can be called is not asked for: the server refuses some of it as if it were broken. @throws {RunNotFound} */
export function checkRunId(client: Client, runId: unknown): void {
  if (isRunId(runId)) return;
  throw new RunNotFound(typeof runId === 'string' ? cut(runId, 1000) : describe(runId), client.options.namespace);
}

/** A request about one run. @throws {RunNotFound} beside what {@link call} throws. */
export async function callRun<T>(
  client: Client,
  runId: string,
  request: () => Promise<T>,
  deadlineMs?: number,
): Promise<T> {
  checkRunId(client, runId);
  try {
    return await call(client, request, deadlineMs);
  } catch (error) {
    throw isRunNotFound(error) ? new RunNotFound(runId, client.options.namespace) : error;
  }
}

/** No such execution – or none that is still open, where the request needs one. */
export function isRunNotFound(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  return grpcCode(error) === GRPC.notFound && !/namespace/i.test(detailsOf(error));
}
