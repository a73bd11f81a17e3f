/** A Temporal server, a worker and a client for all cases of a call: one bundle, one process each. */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker, startDevServer } from 'holdpoint/worker';
import { DefinitionError } from 'holdpoint/workflow';
import { withModule } from '../support/with-module.ts';
import { Recorder } from './activities.ts';
import { type AgentSpec, buildAgent } from './agents.ts';
import type { Case, Executor } from './format.ts';

const TASK_QUEUE = 'conformance';
const BUILD = fileURLToPath(new URL('./build.ts', import.meta.url));

/** A case with its workflow type and what its activities do. */
export interface Built {
  readonly testCase: Case;
  readonly workflow: string;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly agents: ReadonlyMap<string, AgentSpec>;
}

export interface Environment {
  readonly client: HoldpointClient;
  readonly recorder: Recorder;
  /** Why the worker does not have a case, by its workflow. */
  readonly refused: ReadonlyMap<string, DefinitionError>;
  stop(): Promise<void>;
}

export async function startEnvironment(built: readonly Built[]): Promise<Environment> {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => {}), shutdownSignals: [] });
  const recorder = new Recorder();
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const server = await startDevServer();
    undo.push(() => server.stop());
    const native = await NativeConnection.connect({ address: server.address });
    undo.push(() => native.close());
    const { worker, refused } = await workerFor(built, native, recorder);
    if (worker) undo.push(start(worker));
    const connection = await Connection.connect({ address: server.address });
    undo.push(() => connection.close());
    return {
      client: new HoldpointClient(new Client({ connection }), { taskQueue: TASK_QUEUE, onWaiting: () => {} }),
      recorder,
      refused,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The worker of the cases that it takes: one whose definition it refuses at its start is left out, and the others tried again. */
async function workerFor(built: readonly Built[], connection: NativeConnection, recorder: Recorder) {
  const refused = new Map<string, DefinitionError>();
  for (;;) {
    const taken = built.filter(({ workflow }) => !refused.has(workflow));
    if (taken.length === 0) return { refused };
    try {
      const options = { connection, taskQueue: TASK_QUEUE, activities: activities(recorder, taken) };
      const worker = await withModule(taken.map(getter), (workflowsPath) =>
        createWorker({ ...options, workflowsPath }),
      );
      return { worker, refused };
    } catch (error) {
      const cause = error instanceof DefinitionError ? taken.find((each) => isOf(each, error)) : undefined;
      if (!cause) throw error;
      refused.set(cause.workflow, error as DefinitionError);
    }
  }
}

/** A node's path begins with the workflow's name, an agent's name too. */
function isOf({ workflow }: Built, { path }: DefinitionError): boolean {
  return new RegExp(`^(agents\\.)?${workflow}(?!\\d)`).test(path);
}

function activities(recorder: Recorder, built: readonly Built[]) {
  const executors = built.flatMap((each) => [...each.executors]);
  // The run's id is the workflow's name.
  const agents = built.flatMap(({ workflow, agents }) =>
    [...agents].map(([name, spec]) => [name, buildAgent(spec, (call) => recorder.note(workflow, call))] as const),
  );
  const functions = executors.map(([name, executor]) => [name, recorder.activity(executor)] as const);
  return { ...Object.fromEntries(functions), agents: Object.fromEntries(agents) };
}

function start(worker: Worker): () => Promise<void> {
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
}

/** A name and an expression: each run builds its own case only. */
function getter({ workflow, testCase }: Built): [name: string, expression: string] {
  const { id, workflow: definition } = testCase;
  const json = JSON.stringify(JSON.stringify({ id, workflow: definition, answers: [] }));
  return [workflow, `require(${JSON.stringify(BUILD)}).buildCase('${workflow}', JSON.parse(${json}))`];
}
