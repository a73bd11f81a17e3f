/** What README and docs/testing.md show is what the examples are, and the smallest of them does what it says. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { openServer, type TestServer } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const PAGES = [README, readFileSync(join(ROOT, 'docs/testing.md'), 'utf8')];

/** Code blocks, each with the file that its first line names. */
const blocks = [...PAGES.join('\n').matchAll(/```ts\n(?:\/\/ (\S+\.ts).*\n)?([^]*?)```/g)].map(
  ([, file, code = '']) => ({
    file,
    code,
  }),
);

it('has code to show', () => expect(blocks.length).toBeGreaterThan(2));

it.each(blocks)('shows $file as it is', ({ file, code }) => {
  expect(file, code).toBeDefined();
  expect(readFileSync(join(ROOT, file!), 'utf8')).toContain(code.trim());
});

it('names every example', () => {
  const folders = readdirSync(join(ROOT, 'examples')).filter((name) => /^\d\d-/.test(name));
  expect([...README.matchAll(/^\| \[(\d\d-\S+)\]\(examples\/\1\)/gm)].map(([, name]) => name)).toEqual(folders);
});

let server: TestServer;
const taskQueue = `readme-${randomUUID()}`;
beforeAll(async () => {
  server = await openServer();
  const workflowsPath = join(ROOT, 'examples/00-smallest/workflows.ts');
  await server.worker({ taskQueue, workflowBundle: await bundleWorkflows({ workflowsPath }) });
});
afterAll(() => server.close());

it('runs the smallest program', async () => {
  const env = { ...process.env, TEMPORAL_ADDRESS: inject('address'), HOLDPOINT_TASK_QUEUE: taskQueue };
  const args = ['--import', import.meta.resolve('tsx'), join(ROOT, 'examples/00-smallest/main.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toBe("completed { paid: 'Refund EUR 40' }\n");
});
