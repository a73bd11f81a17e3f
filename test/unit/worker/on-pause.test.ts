import { MockActivityEnvironment } from '@temporalio/testing';
import { CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import type { OnPause } from '../../../activities/on-pause.ts';
import { pauseActivities } from '../../../worker/on-pause.ts';
import { ON_PAUSE_ACTIVITY, type PauseMessage } from '../../../workflows/protocol/on-pause.ts';

it('a notify that hangs, and ignores its signal, gives its place back when its time is over', async () => {
  const activities = pauseActivities({ notify: () => new Promise(() => {}) });
  const notify = activities[ON_PAUSE_ACTIVITY] as (message: PauseMessage) => Promise<unknown>;
  const env = new MockActivityEnvironment();
  const told = env.run(notify, { type: 'pause', runId: 'r' } as PauseMessage);
  env.cancel();
  await expect(told).rejects.toBeInstanceOf(CancelledFailure);
});

it('a worker whose onPause could tell nobody does not start', () => {
  const bare = (() => {}) as unknown as OnPause;
  expect(() => pauseActivities(bare)).toThrow('onPause: needs a function notify: { notify }, got');
  const misspelt = { notify: () => {}, remindBefore: '1 fortnight' } as unknown as OnPause;
  expect(() => pauseActivities(misspelt)).toThrow('remindBefore must be a duration with its unit');
});
