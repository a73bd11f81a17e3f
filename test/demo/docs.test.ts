/** What the documentation shows compiles with the package's own types, what it links to exists, and no error lacks an entry. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** A user's project, below the package's own folder: what the package depends on is found there. */
mkdirSync(join(ROOT, '.holdpoint'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.holdpoint/docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The types of the package in `node_modules`, as a copy: behind a link, or in the package itself, the compiler may name what
 * the package does not export, and so would not miss it.
 */
function installTypes(modules: string): void {
  const target = join(modules, 'holdpoint');
  cpSync(join(ROOT, 'package.json'), join(target, 'package.json'));
  for (const part of ['workflows', 'activities', 'client', 'worker', 'test/kit']) {
    const filter = (path: string) => !/\.(?:js|map|tsbuildinfo)$/.test(path);
    cpSync(join(ROOT, 'dist', part), join(target, 'dist', part), { recursive: true, filter });
  }
}

/** Compiles these files as a project of their own for each list, with declarations; returns what the compiler says. */
async function compile(projects: Readonly<Record<string, readonly string[]>>, folder: string): Promise<string> {
  const paths = Object.entries(projects).map(([name, files]) => {
    const compilerOptions = {
      composite: false,
      // Checked only where they are written; `tsc --init` has them on.
      declaration: true,
      emitDeclarationOnly: true,
      declarationMap: false,
      outDir: `out/${name}`,
      types: ['node'],
    };
    const config = { extends: relative(folder, join(ROOT, 'tsconfig.base.json')), compilerOptions, files };
    const path = join(folder, `tsconfig.${name}.json`);
    writeFileSync(path, JSON.stringify(config));
    return path;
  });
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [tsc, '-b', ...paths, '--pretty', 'false'], {
    cwd: folder,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}

/**
 * Writes the TypeScript of a page, a module per block, and returns what is to be compiled. What a block needs and does not
 * show – its imports – may stand before it in a comment `<!-- prelude … -->`. A first line `// name.ts` names the module,
 * so that blocks of one page can import each other; where it is a file of this repository, the block is a part of that file,
 * which `tsc -b` compiles.
 */
function writeBlocks(page: string): string[] {
  const target = join(folder, page.replaceAll(/\W/g, '-'));
  mkdirSync(target);
  const blocks = [...textOf(page).matchAll(/(?:<!-- prelude\n([^]*?)-->\n+)?```ts\n(?:\/\/ (\S+\.ts)\n)?([^]*?)```/g)];
  return blocks.flatMap(([, prelude = '', name, code], index) => {
    if (name !== undefined && existsSync(join(ROOT, name))) {
      expect(textOf(name), page).toContain(code!.trim());
      return [];
    }
    const path = join(target, name ?? `block-${index + 1}.ts`);
    writeFileSync(path, `${prelude}${code}\nexport {};\n`);
    return [path];
  });
}

beforeAll(() => installTypes(join(folder, 'node_modules')));

it('compiles every block of TypeScript, and declares what it exports', async () => {
  const files = pages.flatMap(writeBlocks);
  expect(files.length).toBeGreaterThan(20);
  expect(await compile({ docs: files }, folder)).toBe('');
});

it('declares one exported value of all that the package gives, whatever else a program imports', async () => {
  const projects = readdirSync(join(ROOT, 'test/types/exported')).map((name) => {
    cpSync(join(ROOT, 'test/types/exported', name), join(folder, name));
    return [name, [name]] as const;
  });
  expect(await compile(Object.fromEntries(projects), folder)).toBe('');
});

it('declares what workflow code exports where only packages that a project names are seen, as with pnpm', async () => {
  const strict = mkdtempSync(join(tmpdir(), 'holdpoint-strict-'));
  const store = join(strict, 'store/node_modules');
  installTypes(store);
  mkdirSync(join(strict, 'node_modules'));
  symlinkSync(join(store, 'holdpoint'), join(strict, 'node_modules/holdpoint'));
  for (const name of ['@temporalio', '@standard-schema'])
    symlinkSync(join(ROOT, 'node_modules', name), join(store, name));
  for (const name of ['@types', 'zod'])
    symlinkSync(join(ROOT, 'node_modules', name), join(strict, 'node_modules', name));
  cpSync(join(ROOT, 'test/types/exported/workflow.test-d.ts'), join(strict, 'workflow.ts'));
  const said = await compile({ workflow: ['workflow.ts'] }, strict).finally(() => rmSync(strict, { recursive: true }));
  expect(said).toBe('');
});

describe.each(pages)('%s', (page) => {
  it('links to what exists', () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, link, heading]) => {
      const target = link === '' ? page : join(dirname(page), link!);
      return !existsSync(join(ROOT, target)) || (heading !== undefined && !headingsOf(target).includes(heading));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** As GitHub makes addresses of them. */
function headingsOf(page: string): string[] {
  return matches(textOf(page), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The sources that are shipped. */
function sources(...zones: string[]): string[] {
  return zones.flatMap((zone) =>
    readdirSync(join(ROOT, zone), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, zone, name), 'utf8')),
  );
}

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found]) => found!))].toSorted();
}

it('has an entry for every type of error, and for no other', () => {
  const types = matches(sources('workflows', 'activities', 'client', 'worker').join('\n'), /'(holdpoint\.[A-Z]\w+)'/g);
  expect(types.length).toBeGreaterThan(15);
  expect(matches(textOf('docs/errors.md'), /^### `(holdpoint\.\w+)`/gm)).toEqual(types);
});

it('has a row for every event, and for no other', () => {
  const [, union = ''] = textOf('workflows/protocol/events.ts')
    .split('export type RunEventName')[0]!
    .split('type Paused');
  const containers = ['Steps', 'Condition', 'Loop', 'Router', 'Parallel'];
  const each = (_: string, what: string) => containers.map((type) => `'${type}${what}'`).join(' | ');
  const names = matches(union.replaceAll(/`\$\{ContainerType\}(\w+)`/g, each), /'([A-Z][a-z]\w+)'/g);
  expect(names.length).toBeGreaterThan(25);
  expect(matches(textOf('docs/events.md'), /^\|[^|]*?`([A-Z]\w+)`/gm)).toEqual(names);
});

it('has a page for every primitive', () => {
  for (const name of ['step', 'steps', 'loop', 'condition', 'router', 'parallel']) {
    expect(existsSync(join(ROOT, `workflows/define/${name}.ts`)) && pages).toContain(`docs/${name}.md`);
  }
});
