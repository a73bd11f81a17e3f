/** Steps: approve → next pause and approve → done, with remote activities, local ones, and inline functions. */
import { fileURLToPath } from 'node:url';
import { createWorker } from 'holdpoint/worker';
import { type Bench, inParallel, inRandomOrder, latencies, takeTurns } from '../bench.ts';
import type { Table } from '../table.ts';
import * as activities from './activities.ts';
import { measure, type Way } from './measure.ts';

const WAYS: readonly Way[] = ['handWritten', 'visible', 'remote', 'local', 'inline'];
/** What each way aims at, as a ratio to the hand-written one. */
const AIMS = { remote: 1.1, local: 0.7, inline: 0.7 } as const;

/** Runs per second: at least so many times those by hand. */
const RATE_AIMS = { handWritten: undefined, visible: undefined, remote: 0.9, local: 1.5, inline: 1.5 } as const;

export async function compareSteps(bench: Bench, table: Table): Promise<void> {
  const { client, connection } = bench;
  const taskQueue = 'bench-steps';
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities });
  const [samples, rates] = await worker.runUntil(async () => {
    const taken = await takeTurns(bench, WAYS, (way) => measure(client, taskQueue, way));
    return [taken, await throughput(bench, taskQueue)] as const;
  });
  latencies(table, 'start → paused', samples, ({ paused }) => paused, AIMS);
  latencies(table, 'approve → next pause', samples, ({ nextPause }) => nextPause, AIMS);
  latencies(table, 'approve → done', samples, ({ done }) => done, AIMS);
  for (const what of ['events', 'bytes'] as const) {
    const each = WAYS.map((way) => `${way} ${samples.get(way)![0]![what]}`);
    table.note(`history ${what} of a run with two pauses: ${each.join(' · ')}`);
  }
  table.head('twenty runs at a time', ['runs', 'runs/s']);
  const base = rates.get('handWritten')!;
  for (const [way, { rate }] of rates) {
    table.rate('start → done', way, [String(runsOf(bench)), rate.toFixed(1)], rate / base.rate, RATE_AIMS[way]);
  }
  table.head('CPU of worker and client', ['runs', 'ms a run']);
  for (const [way, { cpu }] of rates) {
    table.line('start → done', way, [String(runsOf(bench)), cpu.toFixed(1)], cpu / base.cpu);
  }
}

const runsOf = ({ quick }: Bench) => (quick ? 40 : 400);

/** Of runs with two answers each. */
interface Throughput {
  /** Runs per second. */
  readonly rate: number;
  /** Milliseconds of CPU for a run, of this process: worker and client. */
  readonly cpu: number;
}

/** Each run with its two answers; the ways take turns, so that what else the machine does hits all of them. */
async function throughput(bench: Bench, taskQueue: string): Promise<ReadonlyMap<Way, Throughput>> {
  const rounds = bench.quick ? 2 : 10;
  const spent = new Map(WAYS.map((way) => [way, { seconds: 0, cpu: 0 }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const way of inRandomOrder(WAYS)) {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      await inParallel(runsOf(bench) / rounds, 20, () => measure(bench.client, taskQueue, way));
      const { user, system } = process.cpuUsage(cpu);
      const sum = spent.get(way)!;
      sum.seconds += (performance.now() - began) / 1_000;
      sum.cpu += (user + system) / 1_000;
    }
  }
  const runs = runsOf(bench);
  return new Map([...spent].map(([way, { seconds, cpu }]) => [way, { rate: runs / seconds, cpu: cpu / runs }]));
}
