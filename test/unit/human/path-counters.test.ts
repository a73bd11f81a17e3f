/** Numbers by path: never the same twice, and bounded in a loop. */
import { expect, test } from 'vitest';
import { PathCounters } from '../../../workflows/human/path-counters.ts';

test('count each path and kind by itself', () => {
  const counters = new PathCounters();
  expect([counters.next('a'), counters.next('a'), counters.next('b'), counters.next('a', '#review')]).toEqual([
    1, 2, 1, 1,
  ]);
});

test('forget iterations, and go on from there when the loop begins anew', () => {
  const counters = new PathCounters();
  for (let iteration = 1; iteration <= 1_000; iteration += 1) {
    expect(counters.next(`l[${iteration}]/m[1]/x`)).toBe(1);
    if (iteration === 7) counters.next(`l[${iteration}]/m[1]/x`);
    counters.forget(`l[${iteration}]/m`, `l[${iteration}]/m[1]`);
    counters.forget('l', `l[${iteration}]`);
  }
  expect(Object.keys(counters.toJSON())).toHaveLength(1);
  counters.begin('l');
  expect([counters.next('l[1]/m[1]/x'), counters.next('l[1]/m[1]/x'), counters.next('l[2]/y')]).toEqual([3, 4, 3]);
});

test('go over into the next execution', () => {
  const counters = new PathCounters();
  counters.next('a');
  counters.next('l[1]/x');
  counters.forget('l', 'l[1]');
  const carried = new PathCounters(JSON.parse(JSON.stringify(counters)));
  carried.begin('l');
  expect([carried.next('a'), carried.next('l[1]/x')]).toEqual([2, 2]);
});
