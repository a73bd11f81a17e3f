/** The program of the workers that are killed, as plain JavaScript: through tsx each start takes twice as long. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    readonly crashWorker: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  // Below the repository, so that its packages resolve.
  const folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.crash-worker-'));
  const outfile = join(folder, 'worker.mjs');
  const entryPoints = [fileURLToPath(new URL('worker.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' });
  project.provide('crashWorker', outfile);
  return () => rmSync(folder, { recursive: true, force: true });
}
