/** A worker on the shared embedded server, and the plain Temporal client to drive runs with: no code of ours in between. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, type Worker, type WorkerOptions } from '@temporalio/worker';
import { inject } from 'vitest';
import { endRequests } from '../../client/server-call.ts';
import { createWorker, type CreateWorkerOptions } from '../../worker/create-worker.ts';
import { FAILURE } from '../../workflows/protocol/failure.ts';
import type { RunOptions, RunOutput } from '../../workflows/protocol/run-output.ts';
import type { RequirementKind, StepRequirement } from '../../workflows/protocol/requirement.ts';

/** A file's own task queue with a worker on it. */
export interface TestServer {
  readonly client: Client;
  readonly taskQueue: string;
  /** Starts a run of one of test/workflows. */
  start(workflow: string, input?: unknown, options?: RunOptions, on?: { readonly taskQueue: string }): Promise<TestRun>;
  /** Another worker on another task queue, for what one test alone needs. */
  worker(options: Partial<CreateWorkerOptions> & { readonly taskQueue: string }): Promise<RunningWorker>;
  close(): Promise<void>;
}

export interface RunningWorker {
  stop(): Promise<void>;
}

/** A run, looked at through its query and its result, and answered by hand-made signals. */
export class TestRun {
  readonly handle: WorkflowHandle;

  constructor(handle: WorkflowHandle) {
    this.handle = handle;
  }

  /** Asks again where the query came before the workflow task that it should have come with, as any client must. */
  async output(): Promise<RunOutput> {
    for (;;) {
      try {
        return await this.handle.query<RunOutput>('run');
      } catch (error) {
        if (!(error as Error).message.includes(FAILURE.queriedEarly)) throw error;
      }
    }
  }

  /** The run output once it satisfies the predicate. */
  async until(predicate: (run: RunOutput) => boolean, timeoutMs = 15_000): Promise<RunOutput> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const run = await this.output();
      if (predicate(run)) return run;
      if (Date.now() > deadline) throw new Error(`gave up waiting; the run is ${JSON.stringify(run)}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** The open requirements once the run is paused with this many of them. */
  async paused(count = 1): Promise<StepRequirement[]> {
    const run = await this.until((each) => each.status === 'paused' && openOf(each).length === count);
    return openOf(run);
  }

  /** Waits for a pause of one requirement of this kind. */
  async pausedAt(kind: RequirementKind, stepName?: string): Promise<StepRequirement> {
    const matches = (each: StepRequirement) => each.kind === kind && (stepName ?? each.stepName) === each.stepName;
    const run = await this.until((each) => openOf(each).some(matches));
    return openOf(run).find(matches)!;
  }

  signal(name: string, ...args: unknown[]): Promise<void> {
    return this.handle.signal(name, ...args);
  }

  /** `approve`, `reject`, … with the id and the digest of what is open. */
  answer(signal: string, requirement: StepRequirement, more: object = {}): Promise<void> {
    return this.signal(signal, { requirement: requirement.id, digest: requirement.digest, ...more });
  }

  result(): Promise<RunOutput> {
    return this.handle.result() as Promise<RunOutput>;
  }
}

export function openOf(run: RunOutput): StepRequirement[] {
  return run.stepRequirements.filter(({ resolution }) => resolution === undefined);
}

/** Opens the shared server for this file, with a worker that has these activities, and these workflows. */
export async function openServer(
  activities: object = {},
  bundle: 'bundlePath' | 'agentBundlePath' = 'bundlePath',
): Promise<TestServer> {
  const address = inject('address');
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const client = new Client({ connection });
  const taskQueue = `test-${randomUUID()}`;
  const started: RunningWorker[] = [];
  const worker: TestServer['worker'] = async (options) => {
    const running = runWorker(await createWorker({ ...defaults(native, activities, bundle), ...options }));
    started.push(running);
    return running;
  };
  await worker({ taskQueue });
  return {
    client,
    taskQueue,
    worker,
    async start(workflow, input = 'IN', options, on = { taskQueue }) {
      const args = options === undefined ? [input] : [input, options];
      return new TestRun(
        await client.workflow.start(workflow, { ...on, workflowId: `${workflow}-${randomUUID()}`, args }),
      );
    },
    async close() {
      await Promise.all(started.map((each) => each.stop()));
      await endRequests(client);
      await connection.close();
      await native.close();
    },
  };
}

function defaults(
  connection: NativeConnection,
  activities: object,
  bundle: 'bundlePath' | 'agentBundlePath',
): CreateWorkerOptions & Partial<WorkerOptions> {
  return { connection, activities, workflowBundle: { code: readFileSync(inject(bundle), 'utf8') } };
}

/** Runs a worker until it is stopped. */
export function runWorker(worker: Worker): RunningWorker {
  const running = worker.run();
  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= (async () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
      })();
      return stopping;
    },
  };
}
