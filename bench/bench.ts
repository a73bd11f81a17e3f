/** What the comparisons share: the server's connections, how long to go on, and samples taken in turns. */
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { percentile } from './statistics.ts';
import type { Table } from './table.ts';

export interface Bench {
  readonly address: string;
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly quick: boolean;
}

/** Samples of each way, the first of which is the one written by hand. */
export type Samples<Way, Sample> = ReadonlyMap<Way, readonly Sample[]>;

/** On a machine that is busy, the quick bench ends with fewer samples rather than late. */
const FEWEST_ROUNDS = 10;

/** What one way leaves for the server to do – timers, lists – is not always the same other one's burden. */
export function inRandomOrder<T>(list: readonly T[]): T[] {
  const drawn = list.map((each) => ({ each, at: Math.random() }));
  return drawn.sort((a, b) => a.at - b.at).map(({ each }) => each);
}

/** Does the work so many times, with so many of it under way at once. */
export async function inParallel(times: number, atOnce: number, work: () => Promise<unknown>): Promise<void> {
  let left = times;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Each way once a round, so that what else the machine does hits all of them. */
export async function takeTurns<Way, Sample>(
  { quick }: Bench,
  ways: readonly Way[],
  measure: (way: Way) => Promise<Sample>,
): Promise<Samples<Way, Sample>> {
  const [warmUp, rounds, seconds] = quick ? [5, 40, 9] : [20, 200, 600];
  const samples = new Map(ways.map((way): [Way, Sample[]] => [way, []]));
  const deadline = performance.now() + seconds * 1_000;
  for (let round = 0; round < warmUp + rounds; round += 1) {
    if (round >= warmUp + FEWEST_ROUNDS && performance.now() > deadline) break;
    for (const way of inRandomOrder(ways)) {
      const sample = await measure(way);
      if (round >= warmUp) samples.get(way)!.push(sample);
    }
    if (round % 10 === 0) process.stderr.write(`\rround ${round} of ${warmUp + rounds}`);
  }
  process.stderr.write('\r');
  return samples;
}

/** One line for each way: median, 99th percentile, and how many times the first way's median. */
export function latencies<Way extends string, Sample>(
  table: Table,
  title: string,
  samples: Samples<Way, Sample>,
  read: (sample: Sample) => number,
  aims: Partial<Record<Way, number>>,
): void {
  let base: number | undefined;
  for (const [way, list] of samples) {
    const numbers = list.map(read);
    const p50 = percentile(numbers, 50);
    base ??= p50;
    table.line(title, way, [p50.toFixed(1), percentile(numbers, 99).toFixed(1)], p50 / base, aims[way]);
  }
}
