/**
 * The workflows of many files as one module, which loads a file when a workflow of it is asked for. Each run has its own
 * copy of the modules with workflows: with those of all tests, to load them was half of what a run took.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param index a module of nothing but `export * from` lines */
export async function withLazyIndex<T>(index: string, use: (workflowsPath: string) => Promise<T>): Promise<T> {
  const files = [...readFileSync(index, 'utf8').matchAll(/^export \* from '(.+)';$/gm)];
  const lines = files.flatMap(([, file]) => getters(resolve(dirname(index), file!)));
  // Below the repository, so that its packages resolve.
  mkdirSync(join(root, '.holdpoint'), { recursive: true });
  const folder = mkdtempSync(join(root, '.holdpoint', 'index-'));
  try {
    const path = join(folder, 'index.cjs');
    writeFileSync(path, `module.exports = {\n${lines.join('\n')}\n};\n`);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function getters(file: string): string[] {
  const names = [...readFileSync(file, 'utf8').matchAll(/^export (?:const|(?:async )?function) (\w+)/gm)];
  return names.map(([, name]) => `  get ${name}() { return require(${JSON.stringify(file)}).${name}; },`);
}
