import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childPath, iterationPath, segment } from '../../../workflows/define/path.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

describe('paths', () => {
  it.each([
    ['process_data', 'process_data'],
    ['Prüfen & senden', 'Prüfen & senden'],
    ['a/b', 'a%2Fb'],
    ['50%', '50%25'],
    ['#1 [x]~', '%231 %5Bx%5D%7E'],
    ['line\nbreak', 'line%0Abreak'],
  ])('%j is the segment %s', (given, expected) => {
    expect(segment(given)).toBe(expected);
  });

  it('grow from the top', () => {
    expect(childPath('', 'refine')).toBe('refine');
    expect(childPath(iterationPath('refine', 2), 'draft')).toBe('refine[2]/draft');
  });

  it('are different for different names, and can be read back', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(segment(a) === segment(b)).toBe(a === b);
        expect(segment(a).replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))).toBe(a);
      }),
    );
  });

  it('cannot be forged by a name: two nestings never share one', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (a, b) => {
          const path = (names: string[]) => names.reduce(childPath, '');
          expect(path(a) === path(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        },
      ),
    );
    expect(childPath('', 'refine[2]')).not.toBe(iterationPath(childPath('', 'refine'), 2));
  });
});
