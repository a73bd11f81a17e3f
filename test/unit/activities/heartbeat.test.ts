import type { Context } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heartbeats } from '../../../activities/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An activity's context, and what its worker heard. */
function activity(info: object) {
  const heard: unknown[] = [];
  const heartbeat = (details?: unknown) => void heard.push(details);
  const context = { info: { isLocal: false, heartbeatTimeoutMs: 3_000, ...info }, heartbeat } as unknown as Context;
  const execute = heartbeats(context).inbound!.execute!;
  const run = (fn: () => Promise<unknown>) => execute({ args: [], headers: {} }, fn);
  return { context, heard, run };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('heartbeats', () => {
  it('beat three times per timeout, until the activity settles', async () => {
    const { heard, run } = activity({});
    const running = run(() => wait(3_500));
    await vi.advanceTimersByTimeAsync(3_500);
    await running;
    expect(heard).toEqual([undefined, undefined, undefined]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heard).toHaveLength(3);
  });

  it('beat once a day where the timeout is longer than timers can be', async () => {
    const { heard, run } = activity({ heartbeatTimeoutMs: 100 * 24 * 60 * 60 * 1_000 });
    const every = vi.spyOn(globalThis, 'setInterval');
    await run(async () => 'done');
    expect(every.mock.calls.map(([, ms]) => ms)).toEqual([24 * 60 * 60 * 1_000]);
    expect(heard).toEqual([]);
  });

  it('stop when the activity fails, and leave its error alone', async () => {
    const { heard, run } = activity({});
    const running = run(() => wait(1_500).then(() => Promise.reject(new Error('no'))));
    const refused = expect(running).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
    expect(heard).toHaveLength(1);
  });

  it('repeat the details that the activity gave last, and at first those of the attempt before', async () => {
    const { context, heard, run } = activity({ heartbeatDetails: { row: 7 } });
    const running = run(async () => {
      await wait(1_500);
      context.heartbeat({ row: 8 });
      await wait(2_000);
    });
    await vi.advanceTimersByTimeAsync(3_500);
    await running;
    expect(heard).toEqual([{ row: 7 }, { row: 8 }, { row: 8 }, { row: 8 }]);
  });

  it.each([{ heartbeatTimeoutMs: undefined }, { isLocal: true }])('do not beat for %o', async (info) => {
    const { heard, run } = activity(info);
    const running = run(() => wait(60_000));
    await vi.advanceTimersByTimeAsync(60_000);
    await running;
    expect(heard).toEqual([]);
  });

  it('never fail an activity', async () => {
    const { context, run } = activity({});
    Object.assign(context, { heartbeat: undefined });
    const running = run(() => wait(4_000).then(() => 'done'));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await running).toBe('done');
  });
});
