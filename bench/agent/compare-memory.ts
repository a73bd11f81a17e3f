/**
 * Memory of a paused agent run in a worker's cache. Each kind has a fresh process with a worker for workflows alone, the
 * hand-written one a bundle without holdpoint, as a user would have it. The bench's own process runs the activities.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows, createWorker } from 'holdpoint/worker';
import type { Bench } from '../bench.ts';
import { times } from '../statistics.ts';
import type { Table } from '../table.ts';
import { agents } from './agents.ts';
import { type AgentWay, startPaused } from './measure.ts';
import { type Memory, MemoryProcess } from './memory-process.ts';

const AIM = 1.3;
/** Runs in the cache before the first look: what only the first runs cost is none of the others'. */
const WARM_UP = 20;
/** So few tell what JavaScript needs: it is the same to the byte, nearly, each time. */
const FEW = 30;
/** The native part grows in steps; so many make them small. */
const MANY = 600;

/** Bytes that one more paused run costs. */
interface Cost {
  readonly javascript: number;
  readonly native: number;
}

export async function compareMemory(bench: Bench, table: Table): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdpoint-bench-'));
  try {
    const byHand = await bundle(folder, 'by-hand', bundleWorkflowCode);
    const withHoldpoint = await bundle(folder, 'with-holdpoint', bundleWorkflows);
    const runs = bench.quick ? FEW : MANY;
    const hand = await costOf(bench, 'agentByHand', byHand, runs);
    const ours = await costOf(bench, 'agentStep', withHoldpoint, runs);
    print(bench, table, hand, ours);
    if (bench.quick) return;
    const sameBundle = await costOf(bench, 'agentByHand', withHoldpoint, FEW);
    const same = `${kilobytes(sameBundle.javascript)} KB, ${times(ours.javascript / sameBundle.javascript)}`;
    table.note(`JavaScript of the hand-written one in holdpoint's bundle: ${same}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function print({ quick }: Bench, table: Table, hand: Cost, ours: Cost): void {
  const line = (title: string, read: (cost: Cost) => number, aim?: number) =>
    table.line(title, '', [kilobytes(read(hand)), kilobytes(read(ours))], read(ours) / read(hand), aim);
  table.head('a paused agent run, KB', ['by hand', 'holdpoint']);
  line('JavaScript', ({ javascript }) => javascript);
  if (quick) return table.note('the whole, with its native part, takes some hundred runs: without --quick');
  line('native', ({ native }) => native);
  line('memory in all', ({ javascript, native }) => javascript + native, AIM);
}

const kilobytes = (bytes: number) => (bytes / 1024).toFixed(0);

/** The SDK's, or holdpoint's own. */
type Bundler = typeof bundleWorkflowCode;

/** Made here: webpack in the measured process would leave it with memory to spare. */
async function bundle(folder: string, name: string, bundler: Bundler): Promise<string> {
  const workflowsPath = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const path = join(folder, `${name}.js`);
  await writeFile(path, (await bundler({ workflowsPath, logger: new DefaultLogger('ERROR') })).code);
  return path;
}

async function costOf(bench: Bench, way: AgentWay, codePath: string, runs: number): Promise<Cost> {
  const { address, connection } = bench;
  const taskQueue = `bench-memory-${randomUUID()}`;
  const activities = await createWorker({ connection, taskQueue, activities: { agents } });
  return activities.runUntil(async () => {
    const child = await MemoryProcess.start(address, taskQueue, codePath);
    try {
      await startMany(bench, taskQueue, way, WARM_UP);
      const before = await child.look(WARM_UP);
      await startMany(bench, taskQueue, way, runs);
      const after = await child.look(WARM_UP + runs);
      const per = (read: (memory: Memory) => number) => (read(after) - read(before)) / runs;
      return { javascript: per((memory) => memory.javascript), native: per((memory) => memory.native) };
    } finally {
      child.kill();
    }
  });
}

/** Starts runs, twenty at a time, and waits until all are paused. */
async function startMany({ client }: Bench, taskQueue: string, way: AgentWay, runs: number): Promise<void> {
  let started = 0;
  const starter = async () => {
    while (started < runs) {
      started += 1;
      await startPaused(client, taskQueue, way);
      if (started % 10 === 0) process.stderr.write(`\r${way} ${started} of ${runs}  `);
    }
  };
  await Promise.all(Array.from({ length: 20 }, starter));
  process.stderr.write(`\r${' '.repeat(40)}\r`);
}
