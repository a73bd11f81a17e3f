/** The workflows that a module exports from many files, each file loaded when a workflow of it is asked for. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** For `withModule`. @param index a module of nothing but `export * from` lines */
export function lazyIndex(index: string): [name: string, expression: string][] {
  const files = [...readFileSync(index, 'utf8').matchAll(/^export \* from '(.+)';$/gm)];
  return files.flatMap(([, file]) => exportsOf(resolve(dirname(index), file!)));
}

function exportsOf(file: string): [name: string, expression: string][] {
  const names = [...readFileSync(file, 'utf8').matchAll(/^export (?:const|(?:async )?function) (\w+)/gm)];
  return names.map(([, name]) => [name!, `require(${JSON.stringify(file)}).${name}`]);
}
