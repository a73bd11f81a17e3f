/**
 * The examples' workflows on a server of their own, with its Web UI: for the test of the UI and for the pictures in docs/.
 * Not a test file: it knows no test runner.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { HoldpointClient } from '../../client/client.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import '../support/runtime.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

export interface Stage {
  readonly client: HoldpointClient;
  readonly uiUrl: string;
  /** Starts a worker for an example, and gives the task queue that it works on. */
  perform(example: string, taskQueue?: string): Promise<string>;
  /** Stops the workers of the examples. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(dataConverter: DataConverter = {}): Promise<Stage> {
  // The script of an example's model, also where the environment has a key.
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) delete process.env[name];
  const undo: (() => Promise<unknown>)[] = [];
  const workers: (() => Promise<void>)[] = [];
  const leave = async () => {
    await Promise.all(workers.splice(0).map((stop) => stop()));
  };
  const server = await startDevServer();
  undo.push(() => server.stop());
  const native = await NativeConnection.connect({ address: server.address });
  undo.push(() => native.close());
  const connection = await Connection.connect({ address: server.address });
  const client = new HoldpointClient(new Client({ connection, dataConverter }), { onWaiting: () => {} });
  undo.push(() => client.close());
  return {
    client,
    uiUrl: server.uiUrl,
    async perform(example, taskQueue = `${example}-${randomUUID()}`) {
      const workflowsPath = join(EXAMPLES, example, 'workflows.ts');
      const activities = await activitiesOf(example);
      workers.push(
        run(await createWorker({ connection: native, taskQueue, workflowsPath, activities, dataConverter })),
      );
      return taskQueue;
    },
    leave,
    async close() {
      await leave();
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}

async function activitiesOf(example: string): Promise<object> {
  if (example === '00-smallest') return {};
  // By a path that is no literal: the examples are another project of the TypeScript compiler's.
  return (await import(join(EXAMPLES, example, 'activities.ts'))) as object;
}

function run(worker: Worker): () => Promise<void> {
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
}
