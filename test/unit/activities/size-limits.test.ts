import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { sizeLimits } from '../../../activities/size-limits.ts';

test('an error that is among its own causes fails the activity with what it says', async () => {
  const [outer, inner] = [new Error('no paper'), new Error('no ink')];
  outer.cause = inner;
  inner.cause = outer;
  const { inbound } = sizeLimits(1_000)({ info: { activityType: 'print' } } as Context);
  const done = inbound!.execute!({} as ActivityExecuteInput, () => Promise.reject(outer));
  await expect(done).rejects.toMatchObject({ name: 'ApplicationFailure', message: 'no paper', cause: undefined });
});
