import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../workflows/define/duration.ts';

describe('durationMs', () => {
  it.each([
    ['300s', 300_000],
    ['5 minutes', 300_000],
    ['2 days', 172_800_000],
    ['1.5h', 5_400_000],
    ['1w', 604_800_000],
    ['250ms', 250],
    ['5 S', 5_000],
  ])('%s', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it.each([
    [300],
    [0],
    [-5],
    [Number.NaN],
    ['300'],
    ['300 '],
    [''],
    ['s'],
    ['0s'],
    ['-5s'],
    ['soon'],
    ['1 fortnight'],
    ['1 day 2 hours'],
    [`${'9'.repeat(120)}s`],
    [null],
    [undefined],
    [{}],
    [['5s']],
  ])('refuses %j', (value) => {
    expect(durationMs(value)).toBeUndefined();
  });
});
