/**
 * Runs of all kinds under load, with several clients that answer – some twice, some against each other –, while workers and
 * the server are killed with SIGKILL at random. Afterwards: every run has ended, every answer that the server took was
 * applied once or refused, and nothing that a human let run was done twice unless a human said so.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { HoldpointClient } from '../../client/client.ts';
import type { Run } from '../../client/run.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { freePort } from '../../worker/ports.ts';
import type { Decision } from '../../workflows/protocol/signals.ts';
import { effectsOf } from './activities.ts';
import { numbers } from './random-workflow.ts';

export interface SoakOptions {
  readonly runs: number;
  /** Default: the embedded server, with a SQLite file. */
  readonly server?: SoakServer;
  /** The program of a worker, as Node runs it. */
  readonly worker: readonly string[];
  readonly seed: number;
  /** How long all runs may take to end. */
  readonly limitMs: number;
  readonly log: (line: string) => void;
}

/** A server that can be killed. */
export interface SoakServer {
  readonly address: string;
  /** Kills it with SIGKILL, and starts it again with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Different definitions; runs take turns. */
const WORKFLOWS = 20;
const CLIENTS = 3;
const OPEN_AT_ONCE = 60;
const GENERATOR = fileURLToPath(new URL('random-workflow.ts', import.meta.url));

/** An answer that was sent. */
interface Sent {
  readonly requirement: string;
  readonly decisionId: string;
  /** The server took it; else it may or may not have arrived. */
  taken: boolean;
}

/** @returns one sentence for each thing that is not as it must be */
export async function soak(options: SoakOptions): Promise<string[]> {
  const stage = await Stage.open(options);
  try {
    await stage.play();
    return await stage.problems();
  } finally {
    await stage.close();
  }
}

class Stage {
  readonly #options: SoakOptions;
  readonly #random: () => number;
  readonly #folder: string;
  readonly #effectsFile: string;
  readonly #taskQueue = `soak-${randomUUID()}`;
  readonly #workers: ChildProcess[] = [];
  readonly #sent = new Map<string, Sent[]>();
  readonly #ended = new Map<string, Run>();
  readonly #killed = { workers: 0, servers: 0 };
  #server!: SoakServer;
  #clients: Client[] = [];

  private constructor(options: SoakOptions) {
    this.#options = options;
    this.#random = numbers(options.seed);
    // Below the repository, so that its packages resolve.
    this.#folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.soak-', import.meta.url)));
    this.#effectsFile = join(mkdtempSync(join(tmpdir(), 'holdpoint-soak-')), 'effects');
    writeFileSync(this.#effectsFile, '');
  }

  static async open(options: SoakOptions): Promise<Stage> {
    const stage = new Stage(options);
    stage.#server = options.server ?? (await embedded(join(stage.#folder, 'temporal.db')));
    const exports = Array.from(
      { length: WORKFLOWS },
      (_, index) => `export const soak${index} = randomWorkflow('soak${index}', ${options.seed + index});`,
    );
    const workflowsPath = join(stage.#folder, 'workflows.mjs');
    writeFileSync(
      workflowsPath,
      [`import { randomWorkflow } from ${JSON.stringify(GENERATOR)};`, ...exports].join('\n'),
    );
    writeFileSync(join(stage.#folder, 'bundle.js'), (await bundleWorkflows({ workflowsPath })).code);
    const { address } = stage.#server;
    stage.#clients = await Promise.all(
      Array.from({ length: CLIENTS }, async () => new Client({ connection: await Connection.connect({ address }) })),
    );
    stage.#workers.push(await stage.#startWorker(), await stage.#startWorker());
    return stage;
  }

  /** Until every run has ended, or the time is over. */
  async play(): Promise<void> {
    const { runs, limitMs, log } = this.#options;
    const stop = new AbortController();
    const until = Date.now() + limitMs;
    const started: string[] = [];
    const isOver = () => this.#ended.size === runs || Date.now() > until;
    const starting = (async () => {
      while (started.length < runs && !isOver()) {
        if (started.length - this.#ended.size >= OPEN_AT_ONCE) await sleep(100);
        else if (await this.#start(`soak-run-${started.length}`, started.length % WORKFLOWS)) {
          started.push(`soak-run-${started.length}`);
        }
      }
    })();
    const answering = this.#clients.map(async (temporal, index) => {
      const client = new HoldpointClient(temporal, { taskQueue: this.#taskQueue, onWaiting: () => {} });
      while (!isOver()) {
        const open = started.filter((runId) => !this.#ended.has(runId));
        const runId = open[Math.floor(this.#random() * open.length)];
        if (runId) await this.#answer(client, runId, `client ${index}`).catch(() => sleep(200));
        await sleep(5);
      }
    });
    const killing = this.#kill(stop.signal);
    const telling = (async () => {
      while (!isOver()) {
        log(
          `${started.length} started, ${this.#ended.size} ended, ${this.#killed.workers} workers and ${this.#killed.servers} servers killed`,
        );
        await sleep(5_000, undefined, { signal: stop.signal }).catch(() => {});
      }
    })();
    await Promise.all([starting, ...answering]);
    stop.abort();
    await Promise.all([killing, telling]);
  }

  async problems(): Promise<string[]> {
    const { runs } = this.#options;
    const problems: string[] = [];
    for (let index = 0; index < runs; index += 1) {
      const runId = `soak-run-${index}`;
      const run = this.#ended.get(runId);
      const found = run ? this.#problemsOf(run) : [`${runId} has not ended: ${await this.#whatKeeps(runId)}`];
      if (found.length > 0)
        problems.push(...found, `${runId}: answers and histories are in ${await this.#save(runId)}`);
    }
    return problems;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await end(worker);
    await Promise.all(this.#clients.map((client) => client.connection.close()));
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #problemsOf(run: Run): string[] {
    const { runId, status } = run;
    const sent = this.#sent.get(runId) ?? [];
    const problems: string[] = [];
    if (status !== 'completed' && status !== 'cancelled') problems.push(`${runId} is ${status}`);
    const applied = new Set<string>();
    for (const { id, resolution, decisionId } of run.stepRequirements) {
      if (resolution === undefined) problems.push(`${runId}: ${id} is open`);
      if (decisionId === undefined) continue;
      if (applied.has(decisionId)) problems.push(`${runId}: the answer ${decisionId} was applied twice`);
      applied.add(decisionId);
      const known = sent.some((each) => each.decisionId === decisionId && each.requirement === id);
      if (!known) problems.push(`${runId}: ${id} has an answer that nobody sent`);
    }
    // What was not applied was refused, each once; the same one sent again is neither.
    const others = sent.filter(({ decisionId }) => !applied.has(decisionId));
    const least = others.filter(({ taken }) => taken).length;
    const refused = run.refusedAnswers.count;
    if (refused < least || refused > others.length) {
      problems.push(`${runId}: ${refused} answers were refused, of ${least} to ${others.length} that were not applied`);
    }
    return [...problems, ...this.#repetitionsOf(run)];
  }

  /** What was let run by a human, and done more often than humans said. */
  #repetitionsOf({ runId, stepRequirements }: Run): string[] {
    const counts = new Map<string, number>();
    for (const effect of effectsOf(this.#effectsFile, runId)) counts.set(effect, (counts.get(effect) ?? 0) + 1);
    return [...counts].flatMap(([effect, count]) => {
      const path = effect.replace(/^paid /, '');
      const again = stepRequirements.filter(
        (each) => each.path === path && each.mayHaveRun && each.resolution === 'retried',
      );
      return count > 1 + again.length
        ? [`${runId}: ${effect} ${count} times, ${again.length} of them because a human said so`]
        : [];
    });
  }

  async #whatKeeps(runId: string): Promise<string> {
    const handle = this.#clients[0]!.workflow.getHandle(runId);
    const { status, raw } = await handle.describe();
    const history = await handle.fetchHistory();
    const failures = (history.events ?? []).flatMap(
      ({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [],
    );
    return JSON.stringify([status.name, failures.at(-1), raw.pendingWorkflowTask, raw.pendingActivities]);
  }

  /** What was sent to a run, and the histories of all its executions, with the bundle to replay them. @returns the file */
  async #save(runId: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-soak-problem-'));
    const histories: unknown[] = [];
    let id: string | undefined;
    do {
      const history = await this.#clients[0]!.workflow.getHandle(runId, id).fetchHistory();
      histories.unshift(historyToJSON(history));
      id = history.events![0]!.workflowExecutionStartedEventAttributes!.continuedExecutionRunId || undefined;
    } while (id);
    const file = join(folder, `${runId}.json`);
    writeFileSync(file, JSON.stringify({ sent: this.#sent.get(runId), run: this.#ended.get(runId), histories }));
    copyFileSync(join(this.#folder, 'bundle.js'), join(folder, 'bundle.js'));
    return file;
  }

  async #start(workflowId: string, index: number): Promise<boolean> {
    const [client] = this.#clients;
    try {
      await client!.workflow.start(`soak${index}`, { taskQueue: this.#taskQueue, workflowId, args: ['IN'] });
      return true;
    } catch (error) {
      if ((error as Error).name === 'WorkflowExecutionAlreadyStartedError') return true;
      await sleep(200);
      return false;
    }
  }

  /** Answers what is open in a run: most of it once, some twice, some against another answer at the same time. */
  async #answer(client: HoldpointClient, runId: string, by: string): Promise<void> {
    const run = await client.getRun(runId);
    if (run.status !== 'running' && run.status !== 'paused') {
      this.#ended.set(runId, run);
      return;
    }
    for (const requirement of run.activeStepRequirements) {
      if (this.#random() < 0.3) continue;
      const decision = this.#decide(requirement);
      const decisionId = randomUUID();
      await this.#send(client, runId, { decisionId, by, decisions: [decision] });
      if (this.#random() < 0.2) await this.#send(client, runId, { decisionId, by, decisions: [decision] });
      if (this.#random() < 0.2) {
        const other = { requirement: requirement.id, digest: requirement.digest, action: 'reject' } as const;
        await this.#send(client, runId, { decisionId: randomUUID(), by: 'somebody else', decisions: [other] });
      }
    }
  }

  #decide(requirement: Run['activeStepRequirements'][number]): Decision {
    const { id, digest, kind, availableChoices } = requirement;
    const named = { requirement: id, digest };
    if (kind === 'error') return { ...named, action: 'retry' };
    if (this.#random() < 0.2) return { ...named, action: 'reject' };
    if (kind === 'user_input') return { ...named, action: 'input', values: { any: 1 } };
    if (kind === 'route') return { ...named, action: 'select', choices: [availableChoices![0]!] };
    return { ...named, action: 'confirm' };
  }

  async #send(
    client: HoldpointClient,
    runId: string,
    answer: { readonly decisionId: string; readonly by: string; readonly decisions: readonly [Decision] },
  ): Promise<void> {
    const list = this.#sent.get(runId) ?? [];
    this.#sent.set(runId, list);
    const [{ requirement }] = answer.decisions;
    let entry = list.find(({ decisionId }) => decisionId === answer.decisionId);
    if (!entry) {
      entry = { requirement, decisionId: answer.decisionId, taken: false };
      list.push(entry);
    }
    await client.temporal.workflow.getHandle(runId).signal('continueRun', answer);
    entry.taken = true;
  }

  async #kill(signal: AbortSignal): Promise<void> {
    for (let round = 1; !signal.aborted; round += 1) {
      await sleep(1_500 + this.#random() * 3_000, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      if (round % 5 === 0) {
        await this.#server.restart();
        this.#killed.servers += 1;
        continue;
      }
      const index = Math.floor(this.#random() * this.#workers.length);
      await end(this.#workers[index]!);
      this.#workers[index] = await this.#startWorker();
      this.#killed.workers += 1;
    }
  }

  async #startWorker(): Promise<ChildProcess> {
    const variables = {
      ADDRESS: this.#server.address,
      BUNDLE: join(this.#folder, 'bundle.js'),
      TASK_QUEUE: this.#taskQueue,
      EFFECTS_FILE: this.#effectsFile,
    };
    const child = spawn(process.execPath, [...this.#options.worker], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    return child;
  }
}

async function embedded(dataFile: string): Promise<SoakServer> {
  const port = await freePort('127.0.0.1');
  const start = () => startDevServer({ port, dataFile });
  let server = await start();
  return {
    address: server.address,
    async restart() {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      server = await start();
    },
    stop: () => server.stop(),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
