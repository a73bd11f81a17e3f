/** Leaving stacks out: what an error is meanwhile, and that nothing of it stays. */
import { afterEach, describe, expect, it } from 'vitest';
import { withoutStacks, withStacks } from '../../../workflows/human/stacks.ts';

const RealError = Error;
afterEach(() => {
  globalThis.Error = RealError;
});

describe('without stacks', () => {
  it('an error without arguments has none, and every other one is as ever', () => {
    withoutStacks(() => {
      expect(new Error().stack).toBe('');
      class Special extends Error {}
      const errors = [new Error('e'), new Error(undefined, { cause: 1 }), new TypeError('t'), new Special()];
      for (const error of errors) {
        expect(error).toBeInstanceOf(RealError);
        expect(error).toBeInstanceOf(Error);
        expect(error.stack!.split('\n')[1]).toContain('stacks.test.ts');
      }
      expect(errors[1]!.cause).toBe(1);
    });
  });

  it('it ends with the code, also with one that throws, and in a function of the user’s', () => {
    withoutStacks(() => {
      expect(withStacks(() => Error)).toBe(RealError);
      expect(() =>
        withStacks(() => {
          throw new Error('thrown');
        }),
      ).toThrow('thrown');
      expect(Error).not.toBe(RealError);
      withoutStacks(() => {});
      expect(Error).not.toBe(RealError);
    });
    expect(Error).toBe(RealError);
    expect(() =>
      withoutStacks(() => {
        throw new TypeError('thrown');
      }),
    ).toThrow('thrown');
    expect(Error).toBe(RealError);
  });

  it('an Error that users have put there stays, before or meanwhile', () => {
    class Theirs extends RealError {}
    const put = () => {
      globalThis.Error = Theirs as ErrorConstructor;
    };
    put();
    expect(withoutStacks(() => Error)).toBe(Theirs);
    expect(withStacks(() => Error)).toBe(Theirs);
    globalThis.Error = RealError;
    withoutStacks(() => withStacks(put));
    expect(Error).toBe(Theirs);
  });

  it('an Error that users have locked is left alone', () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'Error')!;
    Object.defineProperty(globalThis, 'Error', { ...before, writable: false });
    try {
      expect(withoutStacks(() => Error)).toBe(RealError);
    } finally {
      Object.defineProperty(globalThis, 'Error', before);
    }
  });
});
