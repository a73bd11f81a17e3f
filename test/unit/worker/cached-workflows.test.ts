import { expect, it } from 'vitest';
import { cachedWorkflows } from '../../../worker/cached-workflows.ts';

const MB = 1024 * 1024;

it.each([
  [64, 10],
  [256, 85],
  [512, 474],
  [2048, 1000],
  [16_384, 1000],
])('keeps runs by the heap limit: of %i MB, %i', (megabytes, runs) => {
  expect(cachedWorkflows(megabytes * MB)).toBe(runs);
});

it('takes the limit of this process', () => {
  expect(cachedWorkflows()).toBeGreaterThanOrEqual(10);
});
