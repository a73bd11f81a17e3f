/**
 * Bundles the sandbox side, `holdpoint/workflow` and `holdpoint/workflow/cel`, into dist/sandbox as lean modules. A run
 * evaluates its whole bundle, so the number and size of modules there is memory and CPU for each cached run.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function bundleSandbox() {
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: { index: 'workflows/index.ts', cel: 'workflows/define/cel.ts' },
    outdir: 'dist/sandbox',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['@temporalio/*'],
    sourcemap: true,
    sourcesContent: true,
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    legalComments: 'none',
  });
}
