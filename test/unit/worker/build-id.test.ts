/** The build id of Worker Versioning: the workflow code's, and nothing's of the machine. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildIdOf } from '../../../worker/build-id.ts';
import { bundleWorkflows } from '../../../worker/bundle.ts';
import { createWorker } from '../../../worker/create-worker.ts';

let root: string;
const cwd = process.cwd();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-build-id-'));
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(root, { recursive: true, force: true });
});

function bundle(folder: string, result: number) {
  mkdirSync(join(root, folder));
  writeFileSync(join(root, folder, 'package.json'), '{}');
  const workflowsPath = join(root, folder, 'workflows.ts');
  writeFileSync(workflowsPath, `export async function mine() { return ${result}; }`);
  return bundleWorkflows({ workflowsPath });
}

test('is the same wherever the code stands and is bundled, and another for other code', {
  timeout: 60_000,
}, async () => {
  const here = await bundle('here', 1);
  process.chdir(root);
  const there = await bundle('there', 1);
  expect(buildIdOf(here)).toMatch(/^[0-9a-f]{12}$/);
  expect(buildIdOf(there)).toBe(buildIdOf(here));
  expect(buildIdOf(await bundle('other', 2))).not.toBe(buildIdOf(here));
  const codePath = join(root, 'bundle.js');
  writeFileSync(codePath, here.code);
  expect(buildIdOf({ codePath })).toBe(buildIdOf(here));
});

test('must be given where a worker has no workflows', async () => {
  await expect(createWorker({ versioning: { deploymentName: 'shop' } })).rejects.toThrow('versioning needs a buildId');
});
