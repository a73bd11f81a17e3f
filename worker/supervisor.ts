/**
 * Keeps one worker process running for `holdpoint dev`. New code gets a new process, which takes over only when it has
 * loaded: until then, and when it fails, the old one goes on.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { moduleBeside } from './module-beside.ts';
import { terminal } from './terminal.ts';
import type { FromWorker, ToWorker } from './worker-process.ts';

const RESTART_AFTER_MS = 1_000;
/** Code that takes longer to load may never do: it waits for something. */
const LOADING_MS = 20_000;

export class Supervisor {
  /** Arguments of the worker process: address, namespace, configuration. */
  readonly #args: readonly string[];
  readonly #alive = new Set<ChildProcess>();
  #current: ChildProcess | undefined;
  /** It does nothing yet, and may hang: it is ended without a word. */
  #loading: ChildProcess | undefined;
  #reloading: Promise<void> | undefined;
  #again = false;
  #stopping = false;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** Starts the worker, or replaces it. A change while that is under way begins it anew. */
  async reload(): Promise<void> {
    this.#again = true;
    this.#loading?.kill('SIGKILL');
    this.#reloading ??= this.#reloadWhileAsked().finally(() => {
      this.#reloading = undefined;
    });
    await this.#reloading;
  }

  /** Stops all workers and waits until they are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const ends = [...this.#alive].map((child) => once(child, 'exit'));
    for (const child of this.#alive) {
      if (child === this.#loading) child.kill('SIGKILL');
      else order(child, 'stop');
    }
    await Promise.all(ends);
  }

  kill(): void {
    for (const child of this.#alive) child.kill('SIGKILL');
  }

  async #reloadWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopping) {
      this.#again = false;
      await this.#replace();
    }
  }

  async #replace(): Promise<void> {
    const began = Date.now();
    const next = this.#startProcess();
    const slow = setTimeout(() => terminal.say('The code is still loading. A change begins anew …'), LOADING_MS);
    this.#loading = next;
    const answer = await firstAnswer(next);
    this.#loading = undefined;
    clearTimeout(slow);
    if (this.#stopping || (answer.kind === 'failed' && this.#again)) return;
    if (answer.kind === 'failed') {
      terminal.fail(answer.problem);
      terminal.say(
        this.#current ? 'The worker with the code of before goes on. Waiting for a change …' : 'Waiting for a change …',
      );
      return;
    }
    if (this.#current) order(this.#current, 'drain');
    this.#current = next;
    order(next, 'run');
    const { taskQueue, workflowTypes, activityTypes } = answer;
    terminal.done(`Worker ready in ${((Date.now() - began) / 1000).toFixed(1)} s on task queue '${taskQueue}'`);
    terminal.say(
      `workflows: ${workflowTypes.join(', ') || 'none'} · activities: ${activityTypes.join(', ') || 'none'}`,
    );
  }

  #startProcess(): ChildProcess {
    const { file, execArgv } = moduleBeside(import.meta.url, 'worker-process');
    const child = fork(file, this.#args, { execArgv });
    this.#alive.add(child);
    child.on('error', () => {});
    child.once('exit', (code, signal) => {
      this.#alive.delete(child);
      if (child === this.#current) void this.#restart(signal ?? `exit code ${code}`);
    });
    return child;
  }

  async #restart(how: string): Promise<void> {
    this.#current = undefined;
    if (this.#stopping) return;
    terminal.fail(`The worker ended (${how}); starting it again.`);
    await sleep(RESTART_AFTER_MS);
    if (!this.#stopping) await this.reload();
  }
}

function order(child: ChildProcess, what: ToWorker): void {
  // A process that has just ended needs no order.
  child.send(what, () => {});
}

function firstAnswer(child: ChildProcess): Promise<FromWorker> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as FromWorker));
    child.once('exit', (code) =>
      resolve({ kind: 'failed', problem: `The worker process ended with exit code ${code}.` }),
    );
    child.once('error', (error) => resolve({ kind: 'failed', problem: error.message }));
  });
}
