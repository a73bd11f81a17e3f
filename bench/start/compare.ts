/** From source to a worker that polls: how long to bundle, and to start with the bundle, beside the SDK alone. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { bundleWorkflows, createWorker } from 'holdpoint/worker';
import type { Bench } from '../bench.ts';
import { percentile } from '../statistics.ts';
import type { Table } from '../table.ts';

interface Start {
  readonly bundle: number;
  readonly worker: number;
}

export async function compareStart(bench: Bench, table: Table): Promise<void> {
  const rounds = bench.quick ? 2 : 7;
  const hand: Start[] = [];
  const ours: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    hand.push(await byHand(bench));
    ours.push(await withHoldpoint(bench));
  }
  table.head('a worker, ms', ['by hand', 'holdpoint']);
  for (const what of ['bundle', 'worker'] as const) {
    const [theirs, mine] = [hand, ours].map((starts) =>
      percentile(
        starts.map((start) => start[what]),
        50,
      ),
    ) as [number, number];
    table.line(what === 'bundle' ? 'to bundle' : 'to start', '', [theirs.toFixed(0), mine.toFixed(0)], mine / theirs);
  }
}

const module = (name: string) => fileURLToPath(new URL(`../agent/${name}.ts`, import.meta.url));

async function byHand({ connection }: Bench): Promise<Start> {
  const began = performance.now();
  const workflowsPath = module('by-hand');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const bundle = performance.now() - began;
  return {
    bundle,
    worker: await started(() => Worker.create({ connection, taskQueue: randomUUID(), workflowBundle })),
  };
}

async function withHoldpoint({ connection }: Bench): Promise<Start> {
  const began = performance.now();
  const workflowBundle = await bundleWorkflows({ workflowsPath: module('with-holdpoint') });
  const bundle = performance.now() - began;
  // Its workflows name agents, which another worker would have: only the workflows are run here.
  return { bundle, worker: await started(() => createWorker({ connection, taskQueue: randomUUID(), workflowBundle })) };
}

async function started(create: () => Promise<Worker>): Promise<number> {
  const began = performance.now();
  const worker = await create();
  const running = worker.run();
  while (worker.getState() !== 'RUNNING') await sleep(1);
  const ms = performance.now() - began;
  worker.shutdown();
  await running;
  return ms;
}
