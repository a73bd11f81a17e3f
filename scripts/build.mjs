/** Builds dist/: the sandbox side as lean modules, and every zone by the TypeScript compiler. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSandbox } from './bundle-sandbox.mjs';

await bundleSandbox();
const cwd = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd, stdio: 'inherit' });
process.exitCode = status ?? 1;
