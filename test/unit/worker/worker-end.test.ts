import { expect, test } from 'vitest';
import { endOf } from '../../../worker/worker-end.ts';

// The SDK's last words of a worker whose polls are refused for a minute, and of one that is cut off by its activities.
const inUse = new Error('Worker still in use');

test('a worker that nobody stopped has not been cut off', () => {
  expect(endOf(inUse, undefined).message).toBe("The worker has failed. Its log says why, in the line 'Worker failed'.");
});

test('one that was stopped has', () => {
  expect(endOf(inUse, '1 second').message).toMatch(/^Activities went on after 1 second/);
});

test('what else ends it is told as it is', () => {
  const error = new Error('out of memory');
  expect(endOf(error, undefined)).toBe(error);
});
