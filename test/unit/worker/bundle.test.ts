import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BundleError, bundleWorkflows } from '../../../worker/bundle.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const DEFINE_FOLDER = join(REPOSITORY, 'workflows/define');

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-bundle-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

function bundle(files: Record<string, string>, entry = 'workflows.ts') {
  const folder = join(root, `${(count += 1)}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return bundleWorkflows({ workflowsPath: join(folder, entry) });
}

async function refusal(text: string, others: Record<string, string> = {}): Promise<string> {
  const error = await bundle({ 'workflows.ts': text, ...others }).catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(BundleError);
  return (error as Error).message;
}

/** As `workflow()` does it: a function with a definition. */
const DEFINE = `
import { attachDefinition } from '${DEFINE_FOLDER}/definition.ts';
import { defineWorkflow } from '${DEFINE_FOLDER}/workflow.ts';
const workflow = (options) => attachDefinition(async () => 1, defineWorkflow(options));
const run = () => 1;
`;

describe('bundleWorkflows', { timeout: 60_000 }, () => {
  it('bundles, and knows the workflow types', async () => {
    const { code, workflowTypes } = await bundle({
      'workflows.ts': `${DEFINE}
        export const mine = workflow({ name: 'mine', steps: [run] });
        export async function plain() { return new Date(); }
        export const started = [Date.now(), Math.random()];`,
    });
    expect(workflowTypes).toEqual(['mine', 'plain']);
    expect(code).toContain('__TEMPORAL__');
  });

  it('bundles where the project sees no package of Temporal, as with pnpm', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-strict-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'workflows.ts'), "export { sleep } from '@temporalio/workflow';");
    const bundling = bundleWorkflows({ workflowsPath: join(folder, 'workflows.ts') });
    const { workflowTypes } = await bundling.finally(() => rmSync(folder, { recursive: true }));
    expect(workflowTypes).toEqual(['sleep']);
  });

  it.each(['mts', 'cts'])('reads .%s as TypeScript, also where it is imported as JavaScript', async (type) => {
    const typed = 'const first = <T>(values: T[]) => values[0]; export const run = async () => first<number>([1]);';
    const imported = `export { run } from './typed.${type.replace('ts', 'js')}';`;
    const { workflowTypes } = await bundle(
      { [`workflows.${type}`]: `${typed.replace('run', 'mine')} ${imported}`, [`typed.${type}`]: typed },
      `workflows.${type}`,
    );
    expect(workflowTypes).toEqual(['mine', 'run']);
  });

  it('refuses an export under another name than its definition, naming both', async () => {
    expect(await refusal(`${DEFINE} export const other = workflow({ name: 'mine', steps: [run] });`)).toContain(
      "workflow 'mine' is exported as 'other'. Temporal knows it by the name of its export: write `export const mine =",
    );
  });

  it('tells a bad definition in one sentence', async () => {
    const message = await refusal(`${DEFINE} export const mine = workflow({ name: 'mine', steps: [] });`);
    expect(message).toMatch(/workflows\.ts: mine: steps must be a list with at least one node, got \[\]\.$/);
  });

  it.each(['node:fs', 'fs', 'node:fs/promises', '@temporalio/client', '@temporalio/activity'])(
    'names the file that imports %s, and what to do',
    async (name) => {
      const message = await refusal("export * from './deep.ts';", {
        'deep.ts': `import * as x from '${name}'; export async function mine() { return x; }`,
      });
      expect(message).toMatch(new RegExp(`deep\\.ts: imports '${name}'\\. Workflows run in a sandbox without Node\\.`));
    },
  );

  it('knows how to write what the sandbox does have', async () => {
    const message = await refusal("import assert from 'node:assert'; export async function mine() { assert(1); }");
    expect(message).toContain("imports 'node:assert'. Write it as 'assert'");
  });

  it('finds code that would fail in every run, with file and line', async () => {
    const message = await refusal(
      `const a = 1;\nexport const key = process.env.KEY;\nexport async function mine() { return a; }`,
    );
    expect(message).toMatch(/fails to load at .*workflows\.ts:2: ReferenceError: process is not defined\. /);
    expect(message).toContain('Workflows run in a sandbox without `process`');
  });

  it.each([
    ['an await at the top level', 'await 1;\nexport async function mine() {}', /workflow modules cannot wait/],
    ['a missing module', "export * from './nowhere.ts';", /cannot be bundled: .*\n.*Can't resolve '\.\/nowhere\.ts'/],
    ['a syntax error', 'export async function mine( {', /cannot be bundled: .*workflows\.ts/],
  ])('shows %s', async (_, text, message) => {
    expect(await refusal(text)).toMatch(message);
  });
});
