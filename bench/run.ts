/**
 * Approve → next pause and approve → done, beside a hand-written Temporal workflow with the same activities: same server,
 * same worker, same process, samples taken in turns. Ratios count; the milliseconds are this machine's at this moment.
 *
 * `npm run bench` · `npm run bench -- --quick`: within a minute. Exits 1 where a ratio is 1.5x or more.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorker, startDevServer } from 'holdpoint/worker';
import * as activities from './activities.ts';
import { measure, type Sample, type Way } from './measure.ts';
import { percentile, times } from './statistics.ts';

const WAYS: readonly Way[] = ['handWritten', 'remote', 'local', 'inline'];
/** What each way aims at, as a ratio to the hand-written one. */
const AIMS = { remote: 1.1, local: 0.7, inline: 0.7 } as const;
const RED = 1.5;

const quick = process.argv.includes('--quick');
const rounds = quick ? 40 : 200;
const warmUp = quick ? 8 : 20;

Runtime.install({ logger: new DefaultLogger('ERROR') });
const server = await startDevServer({ log: console.error });
try {
  process.exitCode = report(await collect(server.address));
} finally {
  await server.stop();
}

async function collect(address: string): Promise<ReadonlyMap<Way, Sample[]>> {
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const taskQueue = 'bench';
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities });
  const samples = new Map(WAYS.map((way): [Way, Sample[]] => [way, []]));
  await worker.runUntil(async () => {
    for (let round = 0; round < warmUp + rounds; round += 1) {
      for (const way of WAYS) {
        const sample = await measure(client, taskQueue, way);
        if (round >= warmUp) samples.get(way)!.push(sample);
      }
      if (round % 10 === 0) process.stderr.write(`\rround ${round} of ${warmUp + rounds}`);
    }
  });
  process.stderr.write('\r');
  await connection.close();
  await client.connection.close();
  return samples;
}

/** @returns the exit code */
function report(samples: ReadonlyMap<Way, Sample[]>): number {
  const base = samples.get('handWritten')!;
  console.log(`${rounds} runs each in turns · Node ${process.version} · ${cpus().length} cores\n`);
  console.log('                                p50 ms   p99 ms   p50 ratio   aim');
  let red = 0;
  for (const [title, key] of [
    ['approve → next pause', 'nextPause'],
    ['approve → done', 'done'],
  ] as const) {
    const reference = percentile(
      base.map((sample) => sample[key]),
      50,
    );
    for (const way of WAYS) {
      const numbers = samples.get(way)!.map((sample) => sample[key]);
      const [p50, p99] = [percentile(numbers, 50), percentile(numbers, 99)];
      const aim = way === 'handWritten' ? '' : times(AIMS[way]);
      const ratio = p50 / reference;
      if (ratio >= RED) red += 1;
      const cells = [
        p50.toFixed(1).padStart(7),
        p99.toFixed(1).padStart(8),
        times(ratio).padStart(11),
        aim.padStart(7),
      ];
      console.log(`${title.padEnd(21)}${way.padEnd(12)}${cells.join(' ')}`);
    }
  }
  const events = WAYS.map((way) => `${way} ${samples.get(way)![0]!.events}`);
  console.log(`\nhistory events of a run with two pauses: ${events.join(' · ')}`);
  if (red > 0) console.log(`${red} ratios are ${times(RED)} or more`);
  return red > 0 ? 1 : 0;
}
