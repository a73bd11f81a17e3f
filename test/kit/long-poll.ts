/**
 * The time-skipping test server answers a long poll for history only when the run has ended. This puts short polls in
 * its place, so that the client waits there as it does anywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ConnectionLike } from '@temporalio/client';

const POLL_MS = 20;
/** As a real server: an empty answer after a while, so that an abandoned poll ends. */
const HOLD_MS = 5_000;

type Service = ConnectionLike['workflowService'];
type Request = Parameters<Service['getWorkflowExecutionHistory']>[0];
type Response = Awaited<ReturnType<Service['getWorkflowExecutionHistory']>>;

/** The same client, with long polls that work on the test server. */
export function withLongPoll(client: Client): Client {
  const { connection, options } = client;
  const service = connection.workflowService;
  const polled = Object.create(service, {
    getWorkflowExecutionHistory: { value: (request: Request) => poll(service, request) },
  });
  return new Client({
    connection: Object.create(connection, { workflowService: { value: polled } }),
    namespace: options.namespace,
    dataConverter: options.dataConverter ?? {},
  });
}

/** The page token says how many events are known. */
async function poll(service: Service, request: Request): Promise<Response> {
  const { waitNewEvent, nextPageToken, ...plain } = request;
  if (!waitNewEvent) return service.getWorkflowExecutionHistory(request);
  const known = nextPageToken?.length ? Number(Buffer.from(nextPageToken).toString()) : 0;
  for (const end = Date.now() + HOLD_MS; ; await sleep(POLL_MS)) {
    const response = await service.getWorkflowExecutionHistory(plain);
    const events = response.history?.events ?? [];
    if (events.length > known || Date.now() > end) {
      const token = Buffer.from(String(events.length));
      return Object.assign(response, { history: { events: events.slice(known) }, nextPageToken: token });
    }
  }
}
