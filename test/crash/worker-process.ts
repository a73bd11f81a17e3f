/** Starts and kills worker processes: with SIGKILL, so that they get no word in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { effectsOf } from './activities.ts';

/** Workers of one task queue, one at a time. */
export class Workers {
  readonly taskQueue: string;
  readonly #bundle: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'holdpoint-crash-'));
  readonly #effectsFile = join(this.#folder, 'effects');
  #child: ChildProcess | undefined;

  /** @param bundle path of the workflows; default: those of most tests */
  constructor(taskQueue: string, bundle: string = inject('bundlePath')) {
    this.taskQueue = taskQueue;
    this.#bundle = bundle;
  }

  /** Resolves once it polls. */
  async start(): Promise<void> {
    const variables = {
      ADDRESS: inject('address'),
      BUNDLE: this.#bundle,
      TASK_QUEUE: this.taskQueue,
      EFFECTS_FILE: this.#effectsFile,
    };
    const child = spawn(process.execPath, [inject('crashWorker')], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
    if (String(said).trim() !== 'ready') throw new Error(`the worker ended (${String(said)}) before it was ready`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  effects(workflowId: string): string[] {
    return effectsOf(this.#effectsFile, workflowId);
  }

  async untilEffect(workflowId: string, effect: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!this.effects(workflowId).includes(effect)) {
      if (Date.now() > deadline) throw new Error(`no '${effect}' among ${this.effects(workflowId).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
