/** Programs as people see them: at a terminal, which `script` makes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, vi } from 'vitest';

/** Most Linux systems have it. */
const SCRIPT = 'script';

export const ENTER = '\r';
export const DOWN = '\u001b[B';

/** A program at a terminal. */
export class Terminal {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #screen = '';

  constructor(command: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    const line = `stty cols 100 rows 50; echo "pid $$"; exec ${command.join(' ')}`;
    const env = { ...options.env, CI: '', NO_COLOR: '1' };
    this.child = spawn(SCRIPT, ['-qefc', line, '/dev/null'], { cwd: options.cwd, env, stdio: 'pipe' });
    this.child.stdout?.on('data', (chunk) => {
      this.#screen += String(chunk);
    });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Waits for the text, below what was seen before. */
  async see(text: string | RegExp): Promise<string> {
    await vi.waitFor(() => expect(this.#screen).toMatch(text), { timeout: 25_000, interval: 50 });
    const seen = this.#screen;
    this.#screen = '';
    return seen;
  }

  async type(keys: string): Promise<void> {
    this.child.stdin?.write(keys);
  }
}

export function hasTerminals(): boolean {
  try {
    return (
      process.platform === 'linux' && execFileSync(SCRIPT, ['--version'], { encoding: 'utf8' }).includes('util-linux')
    );
  } catch {
    return false;
  }
}
