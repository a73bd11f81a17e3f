import { describe, expect, it } from 'vitest';
import { exportsOf } from '../../../client/import-module.ts';

const work = () => 'done';

describe('the exports of activities', () => {
  it.each([
    ['an ES module', { work, agents: {} }, ['agents', 'work']],
    ['an ES module with a default too', { default: { other: work }, work }, ['default', 'work']],
    // As tsx and Node give it.
    ['TypeScript in a CommonJS package', { default: { __esModule: true, work } }, ['__esModule', 'work']],
    ['module.exports = make()', { default: { work }, 'module.exports': { work } }, ['work']],
    ['a function alone', { default: work }, ['default']],
    ['nothing', {}, []],
  ])('of %s', (_, module, names) => {
    expect(Object.keys(exportsOf(module)).sort()).toEqual(names);
  });
});
