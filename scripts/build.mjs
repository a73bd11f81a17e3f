/** Builds dist/: the sandbox side as lean modules, and every zone by the TypeScript compiler. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSandbox } from './bundle-sandbox.mjs';

await bundleSandbox();
const cwd = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd, stdio: 'inherit' });
process.exitCode = status ?? 1;

// What the compiler has made of a module that is gone would be published.
for (const file of readdirSync(join(cwd, 'dist'), { recursive: true })) {
  const [, source] = /^(.*?)\.(?:js|d\.ts)(?:\.map)?$/.exec(file) ?? [];
  const isGone = source !== undefined && !file.startsWith('sandbox') && !existsSync(join(cwd, `${source}.ts`));
  if (isGone) rmSync(join(cwd, 'dist', file));
}
