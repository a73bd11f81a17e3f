/** `holdpoint` as a script runs it: a process of its own, without a terminal, against the server of the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { openServer, type TestServer } from '../support/server.ts';

export const MAIN = join(import.meta.dirname, '../../dist/worker/main.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout as JSON; `undefined` where it is none. */
  // `any`: each command has a shape of its own, which the test is about
  readonly json: any;
}

/** Runs commands in a folder of their own, with no configuration but the variables. */
export class Cli {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdpoint-cli-'));
  readonly #taskQueue: string;

  constructor(taskQueue: string) {
    this.#taskQueue = taskQueue;
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, TEMPORAL_ADDRESS: inject('address'), HOLDPOINT_TASK_QUEUE: this.#taskQueue };
  }

  readonly holdpoint = (...args: readonly string[]): Promise<Ended> => this.withInput('', ...args);

  /** @param input for stdin */
  async withInput(input: string, ...args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: this.folder, env: this.env });
    child.stdin.end(input);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said, json: parsed(said.stdout) };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Opened {
  readonly server: TestServer;
  readonly cli: Cli;
}

/** For the tests around the call: a server with a worker, there from the first test to the last, and commands for it. */
export function openCli(...worker: Parameters<typeof openServer>): Opened {
  const opened = {} as { -readonly [Key in keyof Opened]: Opened[Key] };
  beforeAll(async () => {
    opened.server = await openServer(...worker);
    opened.cli = new Cli(opened.server.taskQueue);
  });
  afterAll(async () => {
    opened.cli.close();
    await opened.server.close();
  });
  return opened;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
