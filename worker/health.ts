/**
 * Health and readiness of a worker, for whoever runs its process: `/healthz` says that it lives, `/readyz` that it polls.
 * Both have the worker's state as JSON, and 503 where the answer is no.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { State } from '@temporalio/worker';

const ANSWERS: Readonly<Record<string, (state: State) => boolean>> = {
  '/healthz': (state) => state !== 'FAILED',
  // While it starts, drains or has failed, nobody should count on it.
  '/readyz': (state) => state === 'RUNNING',
};

/**
 * Listens on every interface: a probe comes from outside the container.
 * @param port 0 takes any free one
 * @throws what `listen` throws, `EADDRINUSE` for instance
 */
export async function serveHealth(port: number, state: () => State): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const isWell = ANSWERS[url.split('?')[0]!];
    if (!isWell) return response.writeHead(404).end();
    const now = state();
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    return response.writeHead(isWell(now) ? 200 : 503, headers).end(JSON.stringify({ state: now }));
  });
  server.listen(port);
  await once(server, 'listening');
  // A worker that has ended needs no one to say so.
  return server.unref();
}
