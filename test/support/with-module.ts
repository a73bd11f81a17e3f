/**
 * A module of workflows that is written for a bundle and gone afterwards. Each run has its own copy of the modules with
 * workflows, so this one makes a workflow when it is asked for: to make those of all tests was half of what a run took.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below the repository, so that its packages resolve. */
const PARENT = fileURLToPath(new URL('../../.holdpoint', import.meta.url));

/** @param exports the names, each with the expression that makes what it stands for */
export async function withModule<T>(
  exports: readonly (readonly [name: string, expression: string])[],
  use: (path: string) => Promise<T>,
): Promise<T> {
  mkdirSync(PARENT, { recursive: true });
  const folder = mkdtempSync(join(PARENT, 'module-'));
  try {
    const path = join(folder, 'workflows.cjs');
    const getters = exports.map(([name, expression]) => `  get ${name}() { return ${expression}; },\n`);
    writeFileSync(path, `module.exports = {\n${getters.join('')}};\n`);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
