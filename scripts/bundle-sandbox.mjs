/**
 * Bundles the sandbox side, `holdpoint/workflow` and `holdpoint/workflow/cel`, into dist/sandbox as lean modules. A run
 * evaluates its whole bundle, so the number and size of modules there is memory and CPU for each cached run.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUT = 'dist/sandbox';

/**
 * Webpack, which the SDK bundles workflows with, writes an import of another module out in full wherever it is used, 70 bytes
 * each; so each has one use, and a short name from there.
 */
const shortNames = {
  name: 'short names for what is imported from the SDK',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@temporalio\/(common|workflow)$/ }, ({ path, namespace }) =>
      namespace === 'short' ? { path, external: true } : { path, namespace: 'short', sideEffects: false },
    );
    onLoad({ filter: /.*/, namespace: 'short' }, async ({ path }) => {
      // Newer versions of Node add one of a CommonJS module's that is no identifier.
      const names = Object.keys(await import(path)).filter((name) => name !== 'default' && /^\w+$/.test(name));
      const consts = names.map((name) => `export const ${name} = sdk.${name};`);
      return { contents: [`import * as sdk from '${path}';`, ...consts].join('\n'), resolveDir: root };
    });
  },
};

export async function bundleSandbox() {
  const { metafile } = await build({
    absWorkingDir: root,
    // What both need, the class of an error that is known by what it is, stands in each: a chunk that they share would be one
    // more module, and a long name for webpack wherever it is used.
    entryPoints: { index: 'workflows/index.ts', cel: 'workflows/define/cel.ts' },
    outdir: OUT,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    plugins: [shortNames],
    external: ['@temporalio/*'],
    sourcemap: true,
    sourcesContent: true,
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    // What @cfworker/json-schema says of each place it has looked at, over a hundred times, and what the classes of
    // @noble/hashes call their own: nobody sees these names outside.
    mangleProps:
      /^(keyword|instanceLocation|keywordLocation(Base)?|absoluteKeywordLocation|_cloneInto(Meta)?|outputLen|blockLen|padOffset|roundClean|canXOF|digestInto|destroyed|isLE)$/,
    legalComments: 'none',
    metafile: true,
  });
  // What an earlier build has left would be published. Not before: others may be reading what stays.
  for (const name of await readdir(join(root, OUT)))
    if (!(`${OUT}/${name}` in metafile.outputs) && name.includes('.js')) await rm(join(root, OUT, name));
}
