/**
 * Fetches a binary into a folder of the cache, whole or not at all: it is built beside the folder and moved into place,
 * so two processes at once, or a kill in the middle, leave nothing half done.
 */
import { execFile, fork } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { moduleBeside } from './module-beside.ts';

/** Version of the installed Temporal SDK. */
export const SDK_VERSION: string = createRequire(import.meta.url)('@temporalio/worker/package.json').version;

/** What the process of the SDK download says in the end; anything else is its problem. */
export const SDK_DOWNLOAD_DONE = 'done';

const MINUTE = 60_000;
const SILENCE_MS = 15_000;
const PYTHON = process.platform === 'win32' ? 'python' : 'python3';

/** The SDK's own download, in a process of its own: it can be given up, and leaves no runtime behind in ours. */
export async function fetchWithSdk(command: string, folder: string, executable: string): Promise<void> {
  await install(folder, async (temporary) => {
    const bin = join(temporary, 'bin');
    await mkdir(bin);
    await runSdkDownload(command, bin);
    const [file] = await readdir(bin);
    if (!file) throw new Error('the SDK left no file');
    await rename(join(bin, file), join(bin, executable));
  });
}

async function runSdkDownload(command: string, bin: string): Promise<void> {
  const { file, execArgv } = moduleBeside(import.meta.url, 'sdk-download');
  const child = fork(file, [command, bin], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const answered = new AbortController();
  const answer = new Promise<string>((resolve) => {
    child.once('message', (message) => resolve(message as string));
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(`the download ended with exit code ${code}`));
  });
  // A network that swallows packets would keep the SDK waiting: no byte in 15 s is a failure too.
  const silence = sleep(SILENCE_MS, 'no answer within 15 seconds', { signal: answered.signal }).then(async (problem) =>
    (await readdir(bin)).length > 0
      ? sleep(5 * MINUTE, 'not done within 5 minutes', { signal: answered.signal })
      : problem,
  );
  silence.catch(() => {});
  const problem = await Promise.race([answer, silence]);
  answered.abort();
  child.kill('SIGKILL');
  if (problem !== SDK_DOWNLOAD_DONE) throw new Error(problem);
}

export async function fetchWithPip(requirement: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await install(folder, async (temporary) => {
    const args = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--target',
      temporary,
      requirement,
    ];
    try {
      await promisify(execFile)(PYTHON, args, { env, timeout: 5 * MINUTE });
    } catch (error) {
      throw new Error(pipProblem(error as NodeJS.ErrnoException & { stderr?: string; killed?: boolean }));
    }
  });
}

function pipProblem({
  code,
  stderr = '',
  killed,
  message,
}: NodeJS.ErrnoException & { stderr?: string; killed?: boolean }): string {
  if (code === 'ENOENT') return `no '${PYTHON}' on PATH`;
  if (killed) return 'not done within 5 minutes';
  return stderr.trim().split('\n').at(-1) || message;
}

async function install(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const temporary = await mkdtemp(join(parent, '.fetching-'));
  try {
    await fill(temporary);
    await rename(temporary, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster, with the same content: its folder may be in use, so it stays.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes what killed processes left, old enough to be nobody's work in progress. */
async function sweep(parent: string): Promise<void> {
  const left = (await readdir(parent))
    .filter((name) => name.startsWith('.fetching-'))
    .map((name) => join(parent, name));
  for (const folder of left) {
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 60 * MINUTE) await rm(folder, { recursive: true, force: true });
  }
}
