/** What is published: it runs nothing when it is installed, and holds what it should and nothing of this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { scripts, files } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly files: readonly string[];
};

/** Dependencies, with those of development, that run something when they are installed. */
const INSTALLING = ['@swc/core', 'esbuild', 'protobufjs'];
/** All that npm runs by itself: where the package is installed, or where it is installed from git. */
const BY_ITSELF = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

it('has no script that an installation runs', () => {
  expect(Object.keys(scripts).filter((name) => BY_ITSELF.includes(name))).toEqual([]);
  // npm would build it by itself.
  expect(existsSync(join(ROOT, 'binding.gyp'))).toBe(false);
});

it('depends on few packages that have one, and each dependency is known by its hash', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { hasInstallScript?: true; integrity?: string; dev?: true }>>;
  };
  const all = Object.entries(lock.packages).filter(([path]) => path !== '');
  const names = all
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1));
  expect(new Set(names)).toEqual(new Set(INSTALLING));
  expect(all.filter(([, { integrity }]) => !integrity)).toEqual([]);
});

describe.skipIf(!existsSync(join(ROOT, 'dist/worker/main.js')))('its files (needs a build)', () => {
  let packed: readonly string[];
  beforeAll(() => {
    const [{ files: all }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    packed = (all as { path: string }[]).map(({ path }) => path);
    // npm takes its time on a machine that runs other tests.
  }, 60_000);

  it('are those of the list: code with its types and source maps, the documentation, and five texts', () => {
    const kinds = /^dist\/(sandbox|workflows|activities|client|worker|test\/kit)\/[\w./-]+\.(js|js\.map|d\.ts)$/;
    const pages = packed.filter((path) => /^docs\/([\w-]+\.md|images\/[\w-]+\.png)$/.test(path));
    expect(pages).toContain('docs/README.md');
    const texts = packed.filter((path) => !kinds.test(path) && !pages.includes(path));
    expect(texts.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']);
    expect(files.every((path) => /^(!?dist\/|docs$|CHANGELOG|SECURITY)/.test(path))).toBe(true);
  });

  it('are of modules that are there, and of none that was renamed since', () => {
    const sources = packed.flatMap((path) => /^dist\/(?!sandbox)(.*?)\.(?:js|d\.ts)(?:\.map)?$/.exec(path)?.[1] ?? []);
    expect(sources.filter((source) => !existsSync(join(ROOT, `${source}.ts`)))).toEqual([]);
  });

  it('name no folder of this machine, and no key', () => {
    const mine = [ROOT, homedir()].map((folder) => `${folder}/`);
    const secret = /-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bsk-[\w-]{20,}|_authToken/;
    for (const path of packed) {
      const text = read(path);
      for (const folder of mine) expect(text.includes(folder), `${path} has ${folder}`).toBe(false);
      expect(secret.test(text), path).toBe(false);
    }
  });
});
