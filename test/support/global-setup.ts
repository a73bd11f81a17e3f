/**
 * Before the tests with a server: the sandbox side is built (workflow bundles resolve `holdpoint/workflow` to dist/), one
 * embedded server runs for all of them, and their workflows are bundled once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
// @ts-expect-error a plain script
import { bundleSandbox } from '../../scripts/bundle-sandbox.mjs';
import { BINARIES, type BinaryName, resolveBinary } from '../../worker/binaries.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { lazyIndex } from './lazy-index.ts';
import { withModule } from './with-module.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly address: string;
    readonly bundlePath: string;
    /** The workflows with agents: their workers need the agents of test/support/agents.ts. */
    readonly agentBundlePath: string;
    readonly cli: string;
    readonly testServer: string;
  }
}

/** Tests that start other programs pass the variable on, so that those search for nothing. */
async function find(name: BinaryName): Promise<string> {
  return (process.env[BINARIES[name].variable] ??= await resolveBinary(name, { onProgress: console.log }));
}

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Stage {
  readonly address: string;
  readonly bundlePath: string;
  readonly agentBundlePath: string;
  readonly cli: string;
  readonly testServer: string;
  readonly stop: () => Promise<void>;
}

/** One for all projects, each of which loads this module for itself, from the first that needs it to the last. */
const shared = globalThis as { holdpointStage?: { readonly made: Promise<Stage>; users: number } | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stage = (shared.holdpointStage ??= { made: setTheStage(), users: 0 });
  stage.users += 1;
  const { stop, ...provided } = await stage.made;
  for (const [key, value] of Object.entries(provided)) project.provide(key as keyof typeof provided, value);
  return async () => {
    stage.users -= 1;
    if (stage.users > 0) return;
    shared.holdpointStage = undefined;
    await stop();
  };
}

async function setTheStage(): Promise<Stage> {
  await bundleSandbox();
  const log = (line: string) => process.env.DEBUG && console.error(line);
  const [cli, testServer] = await Promise.all([find('cli'), find('test-server')]);
  // `npm run test:cluster` brings a server of its own.
  const given = process.env.HOLDPOINT_TEST_ADDRESS;
  const server = given ? { address: given, stop: async () => {} } : await startDevServer({ executable: cli, log });
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
  let stopping = false;
  if ('ended' in server) void server.ended.then(() => stopping || console.error('The server of the tests has ended.'));
  const bundle = async (name: string, workflowsPath: string) => {
    const path = join(folder, `${name}.js`);
    writeFileSync(path, (await bundleWorkflows({ workflowsPath })).code);
    return path;
  };
  const workflows = join(root, 'test/workflows');
  return {
    address: server.address,
    bundlePath: await withModule(lazyIndex(join(workflows, 'index.ts')), (path) => bundle('plain', path)),
    agentBundlePath: await bundle('agents', join(workflows, 'agents/index.ts')),
    cli,
    testServer,
    stop: async () => {
      stopping = true;
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
