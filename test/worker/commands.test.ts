import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DevServer, startDevServer } from '../../worker/dev-server.ts';
import { listens } from '../../worker/ports.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const MAIN = join(REPOSITORY, 'dist/worker/main.js');

let root: string;

/** A user's project, with holdpoint installed. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-project-'));
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(REPOSITORY, join(root, 'node_modules/holdpoint'));
  for (const name of ['@temporalio', 'zod'])
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
  write('package.json', '{ "type": "module" }');
  write(
    'temporal.config.ts',
    `import { defineConfig } from 'holdpoint';
     export default defineConfig({ taskQueue: 'mine', devServer: { port: 0, uiPort: 0 } });`,
  );
  write(
    'workflows/index.ts',
    `import { proxyActivities, step, workflow } from 'holdpoint/workflow';
     import type * as activities from '../activities/index.ts';
     const { version } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
     export const mine = workflow({ name: 'mine', steps: [step({ name: 'version', executor: version })] });`,
  );
  activity("export const CURRENT: string = 'one';");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function activity(current: string): void {
  write('activities/current.ts', current);
  write(
    'activities/index.ts',
    `import { StepInput } from 'holdpoint/activities';
     import { activityInfo } from '@temporalio/activity';
     import { CURRENT } from './current.ts';
     export const version = async (input: StepInput) => [CURRENT, input instanceof StepInput, activityInfo().activityType].join(' ');`,
  );
}

const running: Command[] = [];

class Command {
  output = '';
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd: root, env: { ...process.env, ...env } });
    this.exited = once(this.child, 'exit').then(([code]) => code as unknown);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream!.on('data', (chunk) => (this.output += String(chunk)));
    running.push(this);
  }

  /** Waits for a match of what is said from now on. */
  async says(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return vi
      .waitUntil(() => pattern.exec(this.output.slice(from)), { timeout: 60_000 })
      .catch(() => {
        throw new Error(`waited for ${pattern}, got: ${this.output.slice(from)}`);
      });
  }

  async stop(signal: NodeJS.Signals): Promise<unknown> {
    this.child.kill(signal);
    return this.exited;
  }
}

afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGKILL');
    await exited;
  }
});

async function answer(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const options = { taskQueue: 'mine', workflowId: randomUUID(), args: ['IN'] };
  const { content } = (await new Client({ connection }).workflow.execute('mine', options)) as { content: string };
  await connection.close();
  return content;
}

describe('holdpoint dev', { timeout: 120_000 }, () => {
  it('serves, follows the code, outlives code that does not load, and stops in order', async () => {
    const dev = new Command(['dev']);
    const [, address = ''] = await dev.says(/Server +(\S+) · data in \.holdpoint\/dev\.db/);
    const [, ui = ''] = await dev.says(/Web UI +(\S+)/);
    expect((await fetch(ui)).status).toBe(200);
    await dev.says(/Worker ready .* on task queue 'mine'\n.*workflows: mine · activities: version/);
    expect(await answer(address)).toBe('one true version');

    let from = dev.output.length;
    activity("export const CURRENT: string = 'two';");
    await dev.says(/Worker ready/, from);
    expect(await answer(address)).toBe('two true version');

    from = dev.output.length;
    activity('export const CURRENT: string = ;');
    await dev.says(
      /activities\/index\.ts cannot be loaded: .*\n?.*current\.ts(.|\n)*The worker with the code of before goes on/,
      from,
    );
    expect(await answer(address)).toBe('two true version');

    // Code that never ends to load is in nobody's way: not in that of a change, not in that of Ctrl-C.
    const endless = "await new Promise(() => setInterval(() => {}, 1000)); export const CURRENT: string = 'three';";
    activity(endless);
    await sleep(1_500);
    from = dev.output.length;
    activity("export const CURRENT: string = 'four';");
    await dev.says(/Worker ready/, from);
    expect(await answer(address)).toBe('four true version');
    activity(endless);
    await sleep(1_500);

    expect(await dev.stop('SIGINT')).toBe(0);
    expect(await listens(address)).toBe(false);
    activity("export const CURRENT: string = 'one';");
  });
});

it('holdpoint dev follows workflows that are not below the configuration', { timeout: 60_000 }, async () => {
  const config = `export default {
    taskQueue: 'app', workflows: '../workflows/index.ts', devServer: { port: 0, uiPort: 0 } };`;
  write('app/temporal.config.ts', config);
  const dev = new Command(['dev', '--config', 'app/temporal.config.ts']);
  await dev.says(/Worker ready .*\n.*workflows: mine/);
  const from = dev.output.length;
  write(
    'workflows/index.ts',
    `${readFileSync(join(root, 'workflows/index.ts'), 'utf8')}export async function more() {}\n`,
  );
  await dev.says(/Worker ready .*\n.*workflows: mine, more/, from);
  expect(await dev.stop('SIGINT')).toBe(0);
});

describe('holdpoint worker', { timeout: 120_000 }, () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await startDevServer();
  });
  afterAll(() => server.stop());

  it('works against the configured server, and stops in order', async () => {
    const worker = new Command(['worker'], { TEMPORAL_ADDRESS: server.address });
    await worker.says(new RegExp(`Worker ready on task queue 'mine' at ${server.address}, namespace 'default'`));
    expect(await answer(server.address)).toBe('one true version');
    expect(await worker.stop('SIGTERM')).toBe(0);
  });

  it.each([
    [
      'no server',
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      /server at 127\.0\.0\.1:1 \(from TEMPORAL_ADDRESS\): nothing listens there\./,
    ],
    [
      'no such namespace',
      { TEMPORAL_NAMESPACE: 'prod' },
      /Cannot use namespace 'prod' .*: Namespace prod is not found\./,
    ],
    ['a wrong address', { TEMPORAL_ADDRESS: 'here' }, /TEMPORAL_ADDRESS: expected host:port, received "here"\./],
  ])('exits with 1 and says why: %s', async (_, env, message) => {
    const worker = new Command(['worker'], { TEMPORAL_ADDRESS: server.address, ...env });
    expect(await worker.exited).toBe(1);
    expect(worker.output).toMatch(message);
    expect(worker.output).not.toContain('    at ');
  });
});
