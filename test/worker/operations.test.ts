/** `holdpoint worker` as it is operated: what it logs, measures and traces, what probes see, and how it is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { freePort } from '../../worker/ports.ts';
import { TestRun } from '../support/server.ts';
import { Cli, MAIN } from './cli.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const SECRET = 'jane@example.com';
const taskQueue = `operations-${randomUUID()}`;
const cli = new Cli(taskQueue);
const workers: OperatedWorker[] = [];

interface Span {
  readonly name: string;
  readonly traceId: string;
}

/** What the collector was sent. */
const collected: Span[] = [];
const collector = createServer((request, response) => {
  // `any`: as much of OTLP's JSON as is looked at
  void json(request).then(({ resourceSpans }: any) => {
    collected.push(...resourceSpans.flatMap((each: any) => each.scopeSpans.flatMap(({ spans }: any) => spans)));
    response.end('{}');
  });
});

let connection: Connection;
let ports: { metrics: number; health: number };

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('address') });
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  ports = { metrics: await freePort('127.0.0.1'), health: await freePort('0.0.0.0') };
  mkdirSync(join(cli.folder, 'node_modules'));
  for (const [name, target] of [
    ['holdpoint', REPOSITORY],
    ['@temporalio', join(REPOSITORY, 'node_modules/@temporalio')],
  ] as const) {
    symlinkSync(target, join(cli.folder, 'node_modules', name));
  }
  write('package.json', '{ "type": "module" }');
  write(
    'temporal.config.ts',
    `import { defineConfig } from 'holdpoint';
     export default defineConfig({
       workflows: './workflows.ts',
       activities: './activities.ts',
       worker: { maxTaskQueueActivitiesPerSecond: 50, shutdownGraceTime: '1 minute' },
       telemetry: {
         metrics: { prometheus: '127.0.0.1:${ports.metrics}' },
         traces: { otlp: { url: 'http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces' } },
       },
     });`,
  );
  write(
    'workflows.ts',
    `import { proxyActivities, step, workflow } from 'holdpoint/workflow';
     import { log } from '@temporalio/workflow';
     const { look, slow } = proxyActivities({ startToCloseTimeout: '1 minute', retry: { initialInterval: '10ms' } });
     export const refund = workflow({
       name: 'refund',
       steps: [
         step({ name: 'look', executor: look }),
         step({
           name: 'pay',
           executor: ({ stepName }) => (log.info('paid', { step: stepName }), 'paid'),
           humanReview: { requiresConfirmation: true },
         }),
         step({
           name: 'thank',
           executor: () => 'thanked',
           humanReview: { requiresConfirmation: true, timeout: '1s', onTimeout: 'skip' },
         }),
       ],
     });
     export const late = workflow({
       name: 'late',
       steps: [step({ name: 'slow', executor: slow }), step({ name: 'then', executor: () => 'went on' })],
     });`,
  );
  write(
    'activities.ts',
    `import { existsSync, appendFileSync } from 'node:fs';
     import { setTimeout as sleep } from 'node:timers/promises';
     import { ApplicationFailure, log, activityInfo } from '@temporalio/activity';
     export async function look({ input }) {
       log.info('looking');
       if (activityInfo().attempt === 1) throw ApplicationFailure.create({ type: 'Busy', message: 'not now', details: [input] });
       return input;
     }
     export async function slow() {
       appendFileSync('started', 'x');
       while (!existsSync('go')) await sleep(20);
       return 'done';
     }`,
  );
});
afterAll(async () => {
  for (const { child } of workers) child.kill('SIGKILL');
  collector.close();
  await connection.close();
  cli.close();
});

function write(name: string, text: string): void {
  writeFileSync(join(cli.folder, name), text);
}

class OperatedWorker {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, 'worker', ...args], { cwd: cli.folder, env: cli.env });
    this.exited = once(this.child, 'close').then(([code]) => code as unknown);
    this.child.stdout!.on('data', (chunk) => (this.stdout += String(chunk)));
    this.child.stderr!.on('data', (chunk) => (this.stderr += String(chunk)));
    workers.push(this);
  }

  async ready(): Promise<this> {
    const wait = vi.waitUntil(() => this.stdout.includes('Worker ready'), { timeout: 60_000 });
    await wait.catch(() => expect.fail(`${this.stdout}\n${this.stderr}`));
    return this;
  }

  /** The lines of the log. */
  // `any`: a line has what it is about
  get log(): any[] {
    return this.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }
}

async function start(workflow: string): Promise<TestRun> {
  const client = new Client({ connection });
  const workflowId = `${workflow}-${randomUUID()}`;
  return new TestRun(await client.workflow.start(workflow, { taskQueue, workflowId, args: [SECRET] }));
}

/** Status and state; `undefined` while nothing listens. */
async function probe(path: string): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${ports.health}${path}`).catch(() => undefined);
  return response && `${response.status} ${((await response.json()) as { state: string }).state}`;
}

/** A metric's values with their tags, but for those that say which worker it is. */
async function metrics(name: string): Promise<Record<string, unknown>[]> {
  const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm'))].map(([, given, value]) => {
    const tags = [...given!.matchAll(/(\w+)="([^"]*)"/g)].map(([, tag, text]) => [tag, text]);
    const { namespace, taskQueue: queue, ...own } = Object.fromEntries(tags) as Record<string, string>;
    expect(queue ?? own.task_queue).toBe(taskQueue);
    return { ...own, value: Number(value) };
  });
}

let worker: OperatedWorker;

const START = { timeout: 120_000 };

test('ends at once while it starts', START, async () => {
  const starting = new OperatedWorker('--health', String(ports.health));
  await vi.waitUntil(() => probe('/healthz'), { timeout: 60_000, interval: 20 });
  starting.child.kill('SIGTERM');
  expect(await starting.exited).toBe(0);
  expect(starting.stdout).toBe('');
});

test('is not ready while it starts, and then it is', START, async () => {
  worker = new OperatedWorker('--health', String(ports.health));
  const seen = new Set<string>();
  await vi.waitUntil(
    async () => {
      const ready = await probe('/readyz');
      if (ready !== undefined && seen.size === 0) expect(await probe('/healthz')).toMatch(/^200 /);
      if (ready !== undefined) seen.add(ready);
      return ready?.startsWith('200');
    },
    { timeout: 60_000, interval: 20 },
  );
  expect([...seen]).toEqual(['503 INITIALIZED', '200 RUNNING']);
});

test('measures, logs and traces a run', async () => {
  const run = await start('refund');
  const pay = await run.pausedAt('confirmation', 'pay');
  await run.signal('approve', { requirement: SECRET });
  await run.answer('approve', { ...pay, digest: 'another' });
  await run.answer('approve', pay);
  expect(await run.result()).toMatchObject({ status: 'completed' });

  const tags = { kind: 'confirmation', workflowType: 'refund' };
  expect(await metrics('holdpoint_pauses_opened')).toEqual([
    { ...tags, step: 'pay', value: 1 },
    { ...tags, step: 'thank', value: 1 },
  ]);
  expect(await metrics('holdpoint_pauses_closed')).toEqual([
    { ...tags, step: 'pay', resolution: 'confirmed', value: 1 },
    { ...tags, step: 'thank', resolution: 'timeout', value: 1 },
  ]);
  expect(await metrics('holdpoint_answers_refused')).toEqual([
    { ...tags, step: 'pay', code: 'digest_mismatch', value: 1 },
    { ...tags, step: '', kind: '', code: 'not_found', value: 1 },
  ]);
  expect(await metrics('holdpoint_decision_seconds_count')).toEqual([{ ...tags, step: 'pay', value: 1 }]);
  expect(await metrics('temporal_workflow_completed')).toHaveLength(1);

  const { workflowId } = run.handle;
  await vi.waitUntil(() => worker.log.some(({ msg }) => msg === 'paid'));
  const about = worker.log.filter((line) => line.workflowId === workflowId);
  expect(about).toMatchObject([
    { level: 'info', msg: 'looking', step: 'look', activityType: 'look', attempt: 1, workflowType: 'refund' },
    { level: 'warn', msg: 'Activity failed', step: 'look', error: { type: 'Busy', message: 'not now' } },
    { level: 'info', msg: 'looking', step: 'look', attempt: 2 },
    { level: 'info', msg: 'paid', step: 'pay', sdkComponent: 'workflow' },
  ]);
  expect(worker.stdout).not.toContain(SECRET);
  expect(worker.stdout).not.toContain('taskToken');
});

test('drains: what runs is finished, what comes then is for another worker', START, async () => {
  const waiting = await start('refund');
  await waiting.pausedAt('confirmation', 'pay');
  const run = await start('late');
  await vi.waitUntil(() => existsSync(join(cli.folder, 'started')), { timeout: 10_000 });
  worker.child.kill('SIGTERM');
  await vi.waitUntil(async () => (await probe('/readyz')) === '503 DRAINING', { timeout: 5_000, interval: 20 });
  expect(await probe('/healthz')).toBe('200 DRAINING');
  write('go', '');
  expect(await worker.exited).toBe(0);
  const [{ traceId }] = collected.filter(({ name }) => name === 'RunWorkflow:refund') as [Span];
  const ofRefund = collected.filter((span) => span.traceId === traceId).map(({ name }) => name);
  expect(ofRefund.sort()).toEqual(['RunActivity:look', 'RunActivity:look', 'RunWorkflow:refund', 'StartActivity:look']);
  // The memo of a run has its questions and outputs.
  const spans = JSON.stringify(collected);
  expect(spans).toContain('"key":"workflowId"');
  expect(spans).not.toContain(SECRET);

  worker = await new OperatedWorker().ready();
  expect(await run.result()).toMatchObject({ status: 'completed', content: 'went on' });
  expect(readFileSync(join(cli.folder, 'started'), 'utf8')).toBe('x');
  // What another process opened is known to this one, by the server.
  const gauge = await vi.waitUntil(async () => {
    const values = await metrics('holdpoint_runs_waiting');
    return values.length === 2 && values;
  });
  expect(gauge).toEqual([
    { workflowType: 'late', value: 0 },
    { workflowType: 'refund', value: 1 },
  ]);
  await waiting.handle.terminate();
});

test('says what is wrong with an address that is taken', async () => {
  const second = new OperatedWorker();
  expect(await second.exited).toBe(1);
  expect(second.stderr).toMatch(/^✗ telemetry\.metrics: .*Address already in use.*\n$/);
});

test('ends at once when it is told again', async () => {
  rmSync(join(cli.folder, 'go'));
  rmSync(join(cli.folder, 'started'));
  const run = await start('late');
  await vi.waitUntil(() => existsSync(join(cli.folder, 'started')), { timeout: 10_000 });
  worker.child.kill('SIGTERM');
  await vi.waitUntil(() => worker.stdout.includes('Stopping'));
  // Two signals within half a second are one that came twice.
  await new Promise((resolve) => setTimeout(resolve, 600));
  worker.child.kill('SIGTERM');
  expect(await worker.exited).toBe(1);
  await run.handle.terminate();
});

test('ends by itself, and says why, where an activity takes no notice of its end', START, async () => {
  const code = `workflows: './workflows.ts', activities: './activities.ts'`;
  write('short.config.ts', `export default { ${code}, worker: { shutdownGraceTime: '1 second' } };`);
  const short = await new OperatedWorker('-c', 'short.config.ts').ready();
  rmSync(join(cli.folder, 'started'));
  const run = await start('late');
  await vi.waitUntil(() => existsSync(join(cli.folder, 'started')), { timeout: 10_000 });
  short.child.kill('SIGTERM');
  expect(await short.exited).toBe(1);
  expect(short.stderr).toMatch(/^✗ Activities went on after 1 second, and for 20 seconds after .* they are cut off\./);
  await run.handle.terminate();
});
