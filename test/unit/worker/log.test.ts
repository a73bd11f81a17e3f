import { stripVTControlCharacters } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerLog } from '../../../worker/log.ts';

describe('on a terminal', () => {
  const { isTTY } = process.stdout;
  let lines: string[];
  beforeEach(() => {
    process.stdout.isTTY = true;
    lines = [];
    for (const name of ['log', 'error'] as const) {
      vi.spyOn(console, name).mockImplementation((line: string) => lines.push(stripVTControlCharacters(line).trim()));
    }
  });
  afterEach(() => {
    process.stdout.isTTY = isTTY;
    vi.restoreAllMocks();
  });

  it('is lines for people', () => {
    const log = workerLog();
    log.info('Worker ready');
    log.info('looking', { sdkComponent: 'activity', workflowId: 'run', step: 'look', activityType: 'find' });
    const error = ApplicationFailure.create({ message: 'not \u001b[2Jnow', details: ['jane@example.com'] });
    log.warn('Activity failed', { sdkComponent: 'worker', workflowId: 'run', step: 'look', error });
    const failure = 'Failure { failure: Some(Failure { message: "was \\"changed\\"", details: "jane@example.com" }) }';
    log.warn('Failing workflow task', { sdkComponent: 'core', runId: 'execution', failure });
    log.warn('Declined', { sdkComponent: 'activity', reason: { code: 7 } });
    log.error('Lost');
    expect(lines).toEqual([
      'Worker ready',
      'looking (run · look · find)',
      '! Activity failed: not ␛[2Jnow (run · look)',
      '! Failing workflow task: was "changed"',
      '! Declined',
      '✗ Lost',
    ]);
  });

  it('has nothing of how the SDK sees its worker, and nothing for developers', () => {
    const log = workerLog();
    log.info('Worker state changed', { sdkComponent: 'worker', state: 'RUNNING' });
    log.debug('Workflow started', { sdkComponent: 'worker' });
    expect(lines).toEqual([]);
  });
});
