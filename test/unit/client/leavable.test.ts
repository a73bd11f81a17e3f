import { expect, test } from 'vitest';
import { leavable } from '../../../client/leavable.ts';

const never = () => new Promise<never>(() => {});

test('who leaves while nothing comes is let go, and what was waited for is told', async () => {
  let left: AbortSignal | undefined;
  const items = leavable(async function* (signal) {
    left = signal;
    yield 1;
    yield await never();
  });
  expect(await items.next()).toEqual({ done: false, value: 1 });
  const pending = items.next();
  expect(await items.return!()).toEqual({ done: true, value: undefined });
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(await items.next()).toEqual({ done: true, value: undefined });
  expect(left?.aborted).toBe(true);
});

test('the end and errors come as they are', async () => {
  const ends = leavable(async function* () {
    yield 1;
  });
  const seen: number[] = [];
  for await (const each of ends) seen.push(each);
  expect(seen).toEqual([1]);
  // oxlint-disable-next-line require-yield -- it fails before
  const fails = leavable(async function* (): AsyncGenerator<number, void> {
    throw new Error('no luck');
  });
  await expect(fails.next()).rejects.toThrow('no luck');
});
