/** What a run needs to live: the embedded server with its data on disk, a worker, and a client. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker, startDevServer } from 'holdpoint/worker';
import * as activities from './activities.ts';

export interface Platform {
  readonly client: HoldpointClient;
  /** The run's page in the Web UI. */
  linkTo(runId: string): string;
  /** Ends everything in order; paused runs stay in the data file. */
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** Where the server keeps its data. */
  readonly folder: string;
  /** Told what takes a while, and what a run waits for. */
  readonly say: (line: string) => void;
}

export async function startPlatform({ folder, say }: PlatformOptions): Promise<Platform> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const server = await startDevServer({ dataFile: join(folder, 'temporal.db'), log: say });
    undo.push(() => server.stop());
    // Only now: a runtime without a worker would keep the process alive.
    Runtime.install({
      // A log line in the middle of a prompt would break it.
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
      // Ctrl-C is the demo's to handle: the worker would stop on its own.
      shutdownSignals: [],
    });
    const native = await NativeConnection.connect({ address: server.address });
    undo.push(() => native.close());
    const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
    undo.push(run(await createWorker({ connection: native, workflowsPath, activities })));
    const connection = await Connection.connect({ address: server.address });
    const client = new HoldpointClient(new Client({ connection }), { onWaiting: say });
    undo.push(() => client.close());
    return { client, linkTo: (runId) => `${server.uiUrl}/namespaces/default/workflows/${runId}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs the worker; returns how to stop it. */
function run(worker: Worker): () => Promise<void> {
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
}
