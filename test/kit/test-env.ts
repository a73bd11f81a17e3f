/**
 * A workflow test environment: Temporal's time-skipping test server with a worker and a client on it. A deadline of two
 * days passes in milliseconds, and only when the test says so.
 */
import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { HoldpointClient } from '../../client/client.ts';
import { resolveBinary } from '../../worker/binaries.ts';
import { createWorker, type CreateWorkerOptions } from '../../worker/create-worker.ts';
import { withLongPoll } from './long-poll.ts';
import { type DurationString, durationMs } from '../../workflows/define/duration.ts';

export type TestEnvOptions = Pick<CreateWorkerOptions, 'workflowsPath' | 'workflowBundle' | 'activities'>;

export interface TestEnv {
  /** Starts, answers and reads runs, as in production. It knows no lists: the test server has none. */
  readonly client: HoldpointClient;
  /** Moves the server's clock, and with it every deadline. Time stands still otherwise. */
  advance(duration: DurationString): Promise<void>;
  /** Stops the worker and the server. */
  close(): Promise<void>;
}

/**
 * Starts the server, found as `npx holdpoint setup` finds it, and a worker for these workflows.
 * @throws {BinaryNotFoundError} where there is no test server and none can be fetched
 * @example
 * const env = await createTestEnv({ workflowsPath, activities });
 * const run = await env.client.run(refund, { input: order });
 * await env.advance('2 days');
 * expect(await env.client.wait(run)).toMatchObject({ status: 'cancelled' });
 */
export async function createTestEnv(options: TestEnvOptions): Promise<TestEnv> {
  const path = await resolveBinary('test-server');
  const server = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  try {
    const taskQueue = `test-${randomUUID()}`;
    const worker = await createWorker({ ...options, connection: server.nativeConnection, taskQueue });
    return new RunningTestEnv(server, worker, taskQueue);
  } catch (error) {
    await server.teardown();
    throw error;
  }
}

class RunningTestEnv implements TestEnv {
  readonly client: HoldpointClient;
  private readonly server: TestWorkflowEnvironment;
  private readonly worker: Worker;
  private readonly running: Promise<void>;

  constructor(server: TestWorkflowEnvironment, worker: Worker, taskQueue: string) {
    this.server = server;
    this.worker = worker;
    this.running = worker.run();
    this.client = new HoldpointClient(withLongPoll(server.client), { taskQueue });
  }

  async advance(duration: DurationString): Promise<void> {
    const milliseconds = durationMs(duration);
    if (milliseconds === undefined) throw new TypeError(`a duration has its unit, such as '2 days', got '${duration}'`);
    await this.server.sleep(milliseconds);
  }

  async close(): Promise<void> {
    if (this.worker.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
    await this.server.teardown();
  }
}
