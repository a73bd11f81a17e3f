/** The third argument of a run: only what the execution before it has written is taken, whatever else somebody sends. */
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { carriedRun, executionOf, toCarry } from '../../../workflows/run/carried-run.ts';
import { hostileJson } from '../../support/hostile-text.ts';

let info: { runId: string; continuedFromExecutionRunId?: string; [more: string]: unknown };
vi.mock('@temporalio/workflow', async (actual) => ({
  ...(await actual<object>()),
  workflowInfo: () => info,
}));
beforeEach(() => {
  info = { runId: 'first' };
});

const state = {
  ...{ definition: 'steps', place: { facts: { asked: { confirmation: 'pay#confirmation' } } }, rounds: {}, usage: {} },
  ...{ state: { current: {} }, desk: {} },
} as unknown as Parameters<typeof toCarry>[0];

const something = fc
  .oneof(
    hostileJson,
    fc.record({ version: fc.constantFrom<unknown>(1, 2, '1', null), from: hostileJson, place: hostileJson }),
  )
  .filter((value) => value !== null) as fc.Arbitrary<unknown>;

describe('what a run carries', () => {
  test('is taken by the execution that continues it', () => {
    const carried = toCarry(state);
    info = { runId: 'second', continuedFromExecutionRunId: 'first' };
    expect(carriedRun(carried)).toEqual({ ...state, version: 2, from: 'first' });
  });

  test.each(['another', 'second'])('is not taken by what Temporal began with it after %s: cron, a retry', (before) => {
    const carried = toCarry(state);
    info = { runId: 'third', continuedFromExecutionRunId: before };
    expect(carriedRun(carried)).toBeUndefined();
  });

  test('of a release that this worker does not know fails the workflow task, not the run', () => {
    info = { runId: 'second', continuedFromExecutionRunId: 'first' };
    for (const version of [3, undefined, 'x']) {
      const carried = { ...(toCarry(state) as object), from: 'first', version };
      expect(() => carriedRun(carried)).toThrow(/deploy that release/);
    }
  });

  test('of an earlier release is taken', () => {
    const carried = { ...(toCarry(state) as object), version: 1 };
    info = { runId: 'second', continuedFromExecutionRunId: 'first' };
    expect(carriedRun(carried)).toMatchObject({ version: 1 });
  });
});

test('nobody starts a run with one', () => {
  fc.assert(
    fc.property(fc.oneof(something, fc.constant(toCarry(state))), (forged) => {
      const refused = (() => {
        try {
          return carriedRun(forged);
        } catch (error) {
          return error;
        }
      })();
      expect(refused).toBeInstanceOf(ApplicationFailure);
      expect(refused).toMatchObject({ type: 'holdpoint.InvalidInput', nonRetryable: true });
    }),
  );
});

test('what is forged is nothing to a run that Temporal began after another', () => {
  info = { runId: 'second', continuedFromExecutionRunId: 'first' };
  fc.assert(
    fc.property(something, (forged) => {
      expect(carriedRun(forged)).toBeUndefined();
    }),
  );
});

test.each([
  ['the first', { attempt: 1 }, 'first'],
  ['a retry', { attempt: 2, continuedFromExecutionRunId: 'failed' }, 'first'],
  [
    'what cron begins',
    { attempt: 1, cronSchedule: '@daily', continuedFromExecutionRunId: 'yesterday' },
    'after-yesterday',
  ],
  ['its retry', { attempt: 2, cronSchedule: '@daily', continuedFromExecutionRunId: 'failed' }, 'after-failed'],
  ['what a function continues as new', { attempt: 1, continuedFromExecutionRunId: 'before' }, 'after-before'],
])('%s has its own name in digests and keys', (_, more, name) => {
  info = { runId: 'now', firstExecutionRunId: 'first', ...more };
  expect(executionOf()).toBe(name);
});
