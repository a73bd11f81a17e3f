import { expect, test } from 'vitest';
import { cut } from '../../../workflows/define/cut.ts';

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['', 3, ''],
])('%j cut to %d', (text, limit, expected) => {
  expect(cut(text, limit)).toBe(expected);
});
