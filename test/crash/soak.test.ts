/** The short form of `npm run soak`. */
import { expect, inject, test } from 'vitest';
import { soak } from './soak.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

test(`15 runs while workers and the server are killed, seed ${SEED}`, { timeout: 150_000 }, async () => {
  const options = { runs: 15, seed: SEED, worker: [inject('crashWorker')], limitMs: 120_000, log: () => {} };
  expect(await soak(options)).toEqual([]);
});
