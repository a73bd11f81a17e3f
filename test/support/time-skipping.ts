/**
 * The time-skipping server with one worker. Time stands still, except while somebody awaits a result or `sleep`: so a
 * test answers first and awaits the result then, and lets a deadline pass with `sleep`.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject } from 'vitest';
import { createWorker, type CreateWorkerOptions } from '../../worker/create-worker.ts';
import { type RunningWorker, runWorker, TestRun } from './server.ts';

export interface TimeSkipping {
  start(workflow: string, ...args: unknown[]): Promise<TestRun>;
  /** Lets the server's time pass. */
  sleep(duration: '1 hour' | '2 hours' | '1 day'): Promise<void>;
  /** Stops the worker, and gives the means to start a new one: it has nothing cached. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

export async function openTimeSkipping(
  activities: object = {},
  bundle: 'bundlePath' | 'agentBundlePath' = 'bundlePath',
  options: Pick<CreateWorkerOptions, 'onPause'> = {},
): Promise<TimeSkipping> {
  const executable = { type: 'existing-path', path: inject('testServer') } as const;
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  const { nativeConnection: connection, client } = environment;
  const taskQueue = `test-${randomUUID()}`;
  const workflowBundle = { code: readFileSync(inject(bundle), 'utf8') };
  let worker: RunningWorker | undefined;
  const startWorker = async () => {
    worker = runWorker(await createWorker({ connection, taskQueue, workflowBundle, activities, ...options }));
  };
  await startWorker();
  return {
    async start(workflow, ...args) {
      const workflowId = `${workflow}-${randomUUID()}`;
      return new TestRun(await client.workflow.start(workflow, { taskQueue, workflowId, args }));
    },
    sleep: (duration) => environment.sleep(duration),
    startWorker,
    stopWorker: async () => worker?.stop(),
    async close() {
      await worker?.stop();
      await environment.teardown();
    },
  };
}
