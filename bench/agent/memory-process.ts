/** The bench's side of the process whose memory is looked at. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Of the whole process, once garbage is collected; bytes. */
export interface Memory {
  /** What lives in the heaps of all threads, and what they hold outside. */
  readonly javascript: number;
  /** The rest of what is resident: of a run, mainly what the SDK's native core keeps. */
  readonly native: number;
  readonly cachedRuns: number;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export class MemoryProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** A worker for the workflows of this bundle, and for nothing else. */
  static async start(address: string, taskQueue: string, codePath: string): Promise<MemoryProcess> {
    const child = fork(file('./memory-worker.ts'), [address, taskQueue, codePath], {
      execArgv: ['--expose-gc', '--import', 'tsx', '--import', file('./memory-probe.mjs')],
    });
    const started = new MemoryProcess(child);
    await started.#hear();
    return started;
  }

  /** @throws where other than so many runs are in the cache */
  async look(cachedRuns: number): Promise<Memory> {
    const heard = this.#hear();
    this.#child.send('look');
    const memory = (await heard) as Memory;
    if (memory.cachedRuns === cachedRuns) return memory;
    throw new Error(`${memory.cachedRuns} runs are in the worker's cache, not ${cachedRuns}`);
  }

  /** At once: its runs are of no use any more. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #hear(): Promise<unknown> {
    const ended = new AbortController();
    const exit = once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`the process whose memory is looked at ended with ${code}`);
    });
    const message = once(this.#child, 'message', { signal: ended.signal }).then(([value]) => value as unknown);
    try {
      return await Promise.race([message, exit]);
    } finally {
      ended.abort();
      await Promise.allSettled([message, exit]);
    }
  }
}
