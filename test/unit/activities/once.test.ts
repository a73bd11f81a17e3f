import type { Context } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { onceForOneYes } from '../../../activities/once.ts';
import { marked } from '../../../workflows/define/marks.ts';

const info = { activityType: 'pay', attempt: 1, scheduledTimestampMs: 7, currentAttemptScheduledTimestampMs: 7 };

function execute(args: unknown[], more: object = {}): Promise<unknown> {
  const context = { info: { ...info, ...more } } as Context;
  const run = async () => onceForOneYes(context).inbound!.execute!({ args, headers: {} }, async (input) => input.args);
  return run();
}

test('an activity that runs once begins, and does not see the mark', async () => {
  expect(await execute([marked({ input: 1 }, true), 'journal'])).toEqual([{ input: 1 }, 'journal']);
});

test("a test server's clock that moves on between two looks is no reset", async () => {
  expect(await execute([marked({}, true)], { currentAttemptScheduledTimestampMs: 8 })).toEqual([{}]);
});

test.each([
  ['another attempt', { attempt: 2 }],
  ['one that was reset', { currentAttemptScheduledTimestampMs: 100 }],
])('%s is refused, for a human to look', async (_, more) => {
  await expect(execute([marked({}, true)], more)).rejects.toMatchObject({
    type: 'holdpoint.MayHaveRun',
    nonRetryable: true,
  });
});

test.each([[[marked({ input: 1 }, false)]], [[]], [[null, 1]], [[['text']]]])('others run again: %j', async (args) => {
  expect(await execute(args, { attempt: 2 })).toEqual(args);
});
