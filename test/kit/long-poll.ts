/**
 * What the time-skipping test server lacks of a real one, as far as the client's reader of histories needs it: it answers
 * a long poll only when the run has ended, and does not say which workflow task a completion is of.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ConnectionLike } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { type ClientOptions, HoldpointClient } from '../../client/client.ts';

const POLL_MS = 20;
/** Then an empty answer, as of a real server: each short poll leaves a listener on the signal of the long one. */
const HOLD_MS = 150;

type Service = ConnectionLike['workflowService'];
type Request = Parameters<Service['getWorkflowExecutionHistory']>[0];
type Response = Awaited<ReturnType<Service['getWorkflowExecutionHistory']>>;
export type HistoryEvent = NonNullable<NonNullable<Response['history']>['events']>[number];

/**
 * holdpoint's client on a time-skipping test environment that you have already, of Temporal's `createTimeSkipping()`. Its
 * server has no lists, and its clock stands still while you wait with this client.
 * @example
 * const client = timeSkippingClient(env, { taskQueue });
 * const run = await client.run(refund, { input: 40 });
 */
export function timeSkippingClient(
  env: Pick<TestWorkflowEnvironment, 'client'>,
  options?: ClientOptions,
): HoldpointClient {
  return new HoldpointClient(withLongPoll(env.client), options);
}

/** The same client, with long polls that work on the test server. `onEvent` is told of every event that one brings. */
export function withLongPoll(client: Client, onEvent: (event: HistoryEvent) => void = () => {}): Client {
  const { connection, options } = client;
  const service = connection.workflowService;
  const polled = Object.create(service, {
    getWorkflowExecutionHistory: { value: (request: Request) => poll(service, request, onEvent) },
  });
  return new Client({
    connection: Object.create(connection, { workflowService: { value: polled }, testService: { value: undefined } }),
    namespace: options.namespace,
    dataConverter: options.dataConverter ?? {},
    interceptors: options.interceptors,
  });
}

/** The page token says how many events are known. */
async function poll(service: Service, request: Request, onEvent: (event: HistoryEvent) => void): Promise<Response> {
  const { waitNewEvent, nextPageToken, ...plain } = request;
  if (!waitNewEvent) return service.getWorkflowExecutionHistory(request);
  const known = nextPageToken?.length ? Number(Buffer.from(nextPageToken).toString()) : 0;
  for (const end = Date.now() + HOLD_MS; ; await sleep(POLL_MS)) {
    const response = await service.getWorkflowExecutionHistory(plain);
    const events = response.history?.events ?? [];
    if (events.length > known || Date.now() > end) {
      const token = Buffer.from(String(events.length));
      const history = { events: withStarts(events).slice(known) };
      history.events.forEach(onEvent);
      return Object.assign(response, { history, nextPageToken: token });
    }
  }
}

/** Every completed workflow task with the event that it started with, from which the client knows what it has seen. */
function withStarts(events: readonly HistoryEvent[]): HistoryEvent[] {
  let startedEventId: HistoryEvent['eventId'];
  return events.map((event) => {
    if (event.workflowTaskStartedEventAttributes) startedEventId = event.eventId;
    const done = event.workflowTaskCompletedEventAttributes;
    if (!done || startedEventId === undefined || Number(done.startedEventId ?? 0) > 0) return event;
    return Object.assign(event, { workflowTaskCompletedEventAttributes: { ...done, startedEventId } });
  });
}
