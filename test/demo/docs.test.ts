/** What the documentation shows compiles with the package's own types, what it links to exists, and no error lacks an entry. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** Below the package's own folder, so that `holdpoint/…` is this package as a user's compiler sees it. */
mkdirSync(join(ROOT, '.holdpoint'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.holdpoint/docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Writes the TypeScript of a page, a module per block, and returns what is to be compiled. What a block needs and does not
 * show – its imports – may stand before it in a comment `<!-- prelude … -->`. A first line `// name.ts` names the module,
 * so that blocks of one page can import each other; where it is a file of this repository, the block is a part of that file.
 */
function writeBlocks(page: string): string[] {
  const target = join(folder, page.replaceAll(/\W/g, '-'));
  mkdirSync(target);
  const blocks = [...textOf(page).matchAll(/(?:<!-- prelude\n([^]*?)-->\n+)?```ts\n(?:\/\/ (\S+\.ts)\n)?([^]*?)```/g)];
  return blocks.flatMap(([, prelude = '', name, code], index) => {
    if (name !== undefined && existsSync(join(ROOT, name))) {
      expect(textOf(name), page).toContain(code!.trim());
      return [join(ROOT, name)];
    }
    const path = join(target, name ?? `block-${index + 1}.ts`);
    writeFileSync(path, `${prelude}${code}\nexport {};\n`);
    return [path];
  });
}

it('compiles every block of TypeScript', async () => {
  const files = pages.flatMap(writeBlocks);
  expect(files.length).toBeGreaterThan(20);
  const compilerOptions = {
    composite: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    types: ['node'],
  };
  const config = { extends: relative(folder, join(ROOT, 'tsconfig.base.json')), compilerOptions, files };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
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
    .split('type Started');
  const names = matches(union, /'([A-Z][a-z]\w+)'/g);
  expect(names.length).toBeGreaterThan(25);
  expect(matches(textOf('docs/events.md'), /^\|[^|]*?`([A-Z]\w+)`/gm)).toEqual(names);
});

it('has a page for every primitive', () => {
  for (const name of ['step', 'steps', 'loop', 'condition', 'router', 'parallel']) {
    expect(existsSync(join(ROOT, `workflows/define/${name}.ts`)) && pages).toContain(`docs/${name}.md`);
  }
});
