/** What a wait shows of itself. */
import { afterEach, expect, test, vi } from 'vitest';
import { Waiting } from '../../../client/cli/waiting.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('what goes on since a time that has not come here, as the clocks differ, is told all the same', () => {
  vi.useFakeTimers();
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const waiting = new Waiting();
  waiting.for('a human', Date.now() + 600_000);
  vi.advanceTimersByTime(5_000);
  waiting.stop();
  expect(write.mock.calls.join()).toContain('waiting for a human');
});
