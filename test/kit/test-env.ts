/**
 * A workflow test environment: Temporal's time-skipping test server with a worker and a client on it. A deadline of two
 * days passes in milliseconds, and only when the test says so. Its clock is one for all runs: one test at a time.
 */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { defined } from '../../workflows/define/defined.ts';
import { HoldpointClient } from '../../client/client.ts';
import type { Run } from '../../client/run.ts';
import { nameOf, type StartOptions, type WorkflowFunction } from '../../client/start-run.ts';
import { resolveBinary } from '../../worker/binaries.ts';
import { bundleWorkflows, type WorkflowBundle } from '../../worker/bundle.ts';
import { createWorker, type CreateWorkerOptions } from '../../worker/create-worker.ts';
import type { DurationString } from '../../workflows/define/duration.ts';
import { milliseconds } from './answer.ts';
import { AnswerBook, type Answers } from './answer-book.ts';
import { type ActivityCall, CallLog } from './call-log.ts';
import { type KillOptions, killAtEveryPause } from './kill.ts';
import { type HistoryEvent, withLongPoll } from './long-poll.ts';
import { play, type PlayOptions } from './play.ts';

export type TestEnvOptions = Pick<CreateWorkerOptions, 'workflowsPath' | 'workflowBundle' | 'activities'>;

/** How a run is played; with what a start takes: session, state, user. */
export interface TestRunOptions extends Omit<StartOptions, 'input' | 'taskQueue'> {
  /** What the humans say. Everything that is asked needs an answer, and every answer has to be asked for. */
  readonly answers?: Answers;
  /** Who answers. Default `tester`. */
  readonly by?: string;
}

export interface TestEnv {
  /** Starts, answers and reads runs, as in production. It knows no lists: the test server has none. */
  readonly client: HoldpointClient;
  /**
   * Runs a workflow to its end, with scripted humans.
   * @throws {MissingAnswer} telling what was asked, and what to add to `answers`
   * @throws {UnusedAnswer} naming the answers that nobody asked for
   * @throws {InvalidAnswer} where an answer does not fit what is asked · {RunFailed}
   * @example
   * const run = await env.run(refund, 40, { answers: { pay: confirm() } });
   * expect(run).toMatchObject({ status: 'completed', content: { paid: 'Refund EUR 40' } });
   */
  run<W extends WorkflowFunction>(
    workflow: W | string,
    input: Parameters<W>[0],
    options?: TestRunOptions,
  ): Promise<Run>;
  /**
   * Runs a workflow once as it is, and then once for each of its pauses with the worker replaced there by a new one, which
   * comes to the same question and the same end or fails; returns the first run. Inside one process, nothing is killed for
   * real, and the first run replays too, since no worker here caches anything: a run that depends on more than its history
   * may fail there already.
   * @throws {Error} telling at which pause, and what differs
   * @example
   * await env.killAtEveryPause(refund, 40, { answers: { pay: confirm() } });
   */
  killAtEveryPause<W extends WorkflowFunction>(
    workflow: W | string,
    input: Parameters<W>[0],
    options?: Omit<TestRunOptions, 'runId'> & KillOptions,
  ): Promise<Run>;
  /** The activities that a run has executed, in the order of their start: functions, model calls, tools. */
  calls(run: Run | string): readonly ActivityCall[];
  /** Moves the server's clock, and with it every deadline. Time stands still otherwise. */
  advance(duration: DurationString): Promise<void>;
  /** Replaces the worker by a new one, which has nothing cached: open runs are replayed from their history. */
  restartWorker(): Promise<void>;
  /** Stops the worker and the server. */
  close(): Promise<void>;
}

/**
 * Starts the server, found as `npx holdpoint setup` finds it, and a worker for these workflows.
 * @throws {BinaryNotFoundError} where there is no test server and none can be fetched
 * @example
 * const env = await createTestEnv({ workflowsPath, activities });
 * const run = await env.run(refund, order, { answers: { pay: after('2 days') } });
 * expect(run).toMatchObject({ status: 'cancelled' });
 */
export async function createTestEnv(options: TestEnvOptions): Promise<TestEnv> {
  const { workflowsPath, workflowBundle, ...rest } = options;
  // Once, for every worker of this environment.
  const bundle = workflowBundle ?? (workflowsPath === undefined ? undefined : await bundleWorkflows({ workflowsPath }));
  const path = await resolveBinary('test-server');
  // Only here: scripted models and fakes need no server, and no package for it.
  const testing = await import('@temporalio/testing');
  const server = await testing.TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  try {
    const env = new RunningTestEnv(server, { ...rest, ...defined({ workflowBundle: bundle }) });
    await env.startWorker();
    return env;
  } catch (error) {
    await server.teardown();
    throw error;
  }
}

class RunningTestEnv implements TestEnv {
  readonly client: HoldpointClient;
  readonly #server: TestWorkflowEnvironment;
  readonly #options: TestEnvOptions;
  readonly #taskQueue = `test-${randomUUID()}`;
  readonly #log = new CallLog();
  #closing = false;
  /** How to stop the worker of each task queue. */
  readonly #workers = new Map<string, Promise<() => Promise<void>>>();

  constructor(server: TestWorkflowEnvironment, options: TestEnvOptions) {
    this.#server = server;
    this.#options = options;
    const onEvent = (event: HistoryEvent) => this.#serve(event);
    this.client = new HoldpointClient(withLongPoll(server.client, onEvent), { taskQueue: this.#taskQueue });
  }

  async startWorker(): Promise<void> {
    const started = this.#newWorker(this.#taskQueue, this.#options);
    this.#workers.set(this.#taskQueue, started);
    await started;
  }

  /** What agents and activities with a task queue of their own wait for: in production, another worker. */
  #serve({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): void {
    const name = scheduled?.taskQueue?.name;
    if (name && name !== this.#taskQueue && !this.#closing) this.#serveQueue(name);
  }

  #serveQueue(name: string): void {
    if (this.#workers.has(name)) return;
    const { activities = {} } = this.#options;
    const started = this.#newWorker(name, { activities });
    // Told where the environment is closed or gets new workers: until then nobody waits for it.
    started.catch(() => {});
    this.#workers.set(name, started);
  }

  async #newWorker(taskQueue: string, options: TestEnvOptions): Promise<() => Promise<void>> {
    // Its own: when it is closed, the server knows that the worker's polls are gone, and gives them no task.
    const connection = await NativeConnection.connect({ address: this.#server.address });
    const worker = await createWorker({
      ...options,
      taskQueue,
      connection,
      interceptors: { activity: [this.#log.interceptors] },
      // Nothing waits for the cache of a worker that is gone: the test server would let it wait for long. So every
      // workflow task of every test is a replay.
      maxCachedWorkflows: 0,
      // The test server has none.
      searchAttributes: false,
    }).catch(async (error: unknown) => {
      await connection.close();
      throw error;
    });
    const stop = runUntilStopped(worker);
    return () => stop().then(() => connection.close());
  }

  async restartWorker(): Promise<void> {
    const others = [...this.#workers.keys()].filter((name) => name !== this.#taskQueue);
    await this.#stopWorkers();
    await this.startWorker();
    // What is scheduled there already is announced to nobody again.
    for (const name of others) this.#serveQueue(name);
  }

  async #stopWorkers(): Promise<void> {
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map(async (stop) => (await stop)()));
  }

  async run<W extends WorkflowFunction>(
    workflow: W | string,
    input: Parameters<W>[0],
    options: TestRunOptions = {},
  ): Promise<Run> {
    return this.#play(workflow, input, options);
  }

  async killAtEveryPause<W extends WorkflowFunction>(
    workflow: W | string,
    input: Parameters<W>[0],
    options: Omit<TestRunOptions, 'runId'> & KillOptions = {},
  ): Promise<Run> {
    const { outcome, effects, ...own } = options;
    return killAtEveryPause(
      {
        play: (atPause) => this.#play(workflow, input, own, atPause),
        kill: () => this.restartWorker(),
        look: (runId) => this.client.getRun(runId),
        calls: (runId) => this.calls(runId),
      },
      defined({ outcome, effects }),
    );
  }

  calls(run: Run | string): readonly ActivityCall[] {
    return this.#log.of(typeof run === 'string' ? run : run.runId);
  }

  async advance(duration: DurationString): Promise<void> {
    await this.#server.sleep(milliseconds(duration));
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      await this.#stopWorkers();
    } finally {
      await this.#server.teardown();
    }
  }

  /** A run of another would wait for a worker that has it, and the clock with it. */
  #assertKnown(name: string): void {
    const { workflowTypes = [name] } = { ...this.#options.workflowBundle } as Partial<WorkflowBundle>;
    if (workflowTypes.includes(name)) return;
    throw new TypeError(`There is no workflow '${name}' in this environment: ${workflowTypes.join(', ')}.`);
  }

  async #play<W extends WorkflowFunction>(
    workflow: W | string,
    input: Parameters<W>[0],
    { answers = {}, by = 'tester', ...options }: TestRunOptions,
    atPause?: PlayOptions['atPause'],
  ): Promise<Run> {
    const book = new AnswerBook(answers);
    const { client } = this;
    this.#assertKnown(nameOf(workflow));
    const stage = { client, skip: (ms: number) => this.#server.sleep(ms), now: () => this.#server.currentTimeMs() };
    const started = await client.start(workflow, { ...options, input });
    try {
      const run = await play(stage, await client.wait(started), book, defined({ by, atPause }));
      book.assertUsedUp();
      return run;
    } catch (error) {
      // What is left of it would go on when a later test moves the clock.
      const left = client.temporal.workflow.getHandle(started.runId);
      await left.terminate('its test has failed').catch(() => undefined);
      throw error;
    }
  }
}

/** Runs the worker; returns how to stop it. */
function runUntilStopped(worker: Worker): () => Promise<void> {
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
}
