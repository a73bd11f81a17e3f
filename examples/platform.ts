/** What a run needs to live: an embedded server, a worker, and a client. */
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker, startDevServer } from 'holdpoint/worker';

export interface Platform {
  readonly client: HoldpointClient;
  /** Of the server, for other processes. */
  readonly address: string;
  /** The run's page in the Web UI. */
  linkTo(runId: string): string;
  /** Ends everything in order; paused runs stay in the data file, if there is one. */
  stop(): Promise<void>;
}

export interface PlatformOptions {
  readonly workflowsPath: string;
  readonly activities: object;
  /** Where the server keeps its data; without it, they are gone when it ends. */
  readonly dataFile?: string;
  /** Told what takes a while, and what a run waits for. */
  readonly say: (line: string) => void;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { workflowsPath, activities, dataFile, say } = options;
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const server = await startDevServer({ log: say, ...(dataFile === undefined ? {} : { dataFile }) });
    undo.push(() => server.stop());
    // Only now: a runtime without a worker would keep the process alive.
    Runtime.install({
      // A log line in the middle of a prompt would break it.
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
      // Ctrl-C is the example's to handle: the worker would stop on its own.
      shutdownSignals: [],
    });
    const native = await NativeConnection.connect({ address: server.address });
    undo.push(() => native.close());
    undo.push(run(await createWorker({ connection: native, workflowsPath, activities })));
    const connection = await Connection.connect({ address: server.address });
    const client = new HoldpointClient(new Client({ connection }), { onWaiting: say });
    undo.push(() => client.close());
    const linkTo = (runId: string) => `${server.uiUrl}/namespaces/default/workflows/${runId}`;
    return { client, address: server.address, linkTo, stop };
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
