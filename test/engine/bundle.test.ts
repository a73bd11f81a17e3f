/** What a workflow bundle carries. Every run evaluates its whole bundle, so its size is memory and CPU for each run. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';

async function bundleOf(module: URL): Promise<{ codeBytes: number; packages: string[] }> {
  const { code } = await bundleWorkflows({ workflowsPath: fileURLToPath(module) });
  const at = code.lastIndexOf('//# sourceMappingURL=');
  const map = JSON.parse(Buffer.from(code.slice(code.indexOf('base64,', at) + 7), 'base64').toString()) as {
    sources: string[];
  };
  return { codeBytes: Buffer.byteLength(code.slice(0, at)), packages: [...new Set(map.sources.map(packageOf))].sort() };
}

/** `@temporalio/common`, or `holdpoint` for what is ours; the innermost where they are nested. */
function packageOf(source: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  return name ?? (source.includes('webpack/') ? 'webpack' : 'holdpoint');
}

/** Bytes, a little above what it is now; never above 650 000 and 850 000. */
const LIMITS = { plain: 650_000, withCel: 735_000 };
/** Neither zod nor ai. `webpack` is its own runtime. */
const PACKAGES = [
  ...['@cfworker/json-schema', '@noble/hashes', '@temporalio/common', '@temporalio/workflow'],
  ...['holdpoint', 'long', 'ms', 'nexus-rpc', 'webpack'],
];

test('without CEL', async () => {
  const { codeBytes, packages } = await bundleOf(new URL('../workflows/bundles/plain.ts', import.meta.url));
  console.log(`bundle without CEL: ${codeBytes} bytes of code`, packages);
  expect(packages).toEqual(PACKAGES);
  expect(codeBytes).toBeLessThan(LIMITS.plain);
});

test('holdpoint is evaluated once per thread, not once per run', async () => {
  const { code } = await bundleWorkflows({
    workflowsPath: fileURLToPath(new URL('../workflows/bundles/plain.ts', import.meta.url)),
  });
  const [, preloaded] = /exports\.preloadModules = function preloadModules\(\) \{([^}]*)\}/.exec(code) ?? [];
  expect(preloaded).toMatch(/__webpack_require__\(.*sandbox\/index\.js"\)/);
});

test('with CEL', async () => {
  const { codeBytes, packages } = await bundleOf(new URL('../workflows/bundles/with-cel.ts', import.meta.url));
  console.log(`bundle with CEL: ${codeBytes} bytes of code`, packages);
  expect(packages).toEqual([...PACKAGES, '@marcbachmann/cel-js'].sort());
  expect(codeBytes).toBeLessThan(LIMITS.withCel);
});
