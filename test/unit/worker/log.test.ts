import { execFileSync } from 'node:child_process';
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

/** What is logged as JSON; pino writes past whatever a test could put in the place of stdout. */
// `any`: a line has what it is about
function loggedAsJson(code: string): any[] {
  const program = `import { workerLog } from './worker/log.ts'; const log = workerLog(); ${code}`;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('as JSON', () => {
  const SECRET = 'jane@example.com';

  it('has no payload where the SDK logs a whole task, what was thrown, or all that is known of a run', () => {
    const lines = loggedAsJson(`
      const secret = '${SECRET}';
      const sdk = { sdkComponent: 'worker', workflowId: 'run' };
      log.error('Error while processing', { ...sdk, task: secret, taskEncoded: secret, taskToken: secret });
      log.error('A sink threw', { ...sdk, workflowInfo: { memo: { secret } } });
      log.warn('Activity failed', { ...sdk, error: { secret } });
      log.warn('Activity failed', { ...sdk, error: Object.create(null) });
      log.warn('Activity failed', { ...sdk, error: Object.assign(new Error('why', { cause: { secret } }), { type: { secret } }) });
      log.warn('Activity failed', { ...sdk, error: 'why' });
    `);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    const none = 'an object that is no Error';
    expect(lines.map(({ error }) => error?.message ?? error)).toEqual([undefined, undefined, none, none, 'why', 'why']);
    expect(lines[4].error).toMatchObject({ type: 'Error', cause: none });
  });

  it('has what code logs of its own, but for the right to complete its activity', () => {
    const own = { task: 'sweep', error: { code: 7 } };
    const lines = loggedAsJson(`
      for (const sdkComponent of ['activity', 'workflow'])
        log.info('mine', { sdkComponent, taskToken: 't', ...${JSON.stringify(own)} });
    `);
    expect(lines).toMatchObject([own, own]);
    expect(lines[0]).not.toHaveProperty('taskToken');
  });

  it('ends at causes that go in a circle, and does not end the worker', () => {
    const lines = loggedAsJson(`
      const error = new Error('first');
      error.cause = new Error('second', { cause: error });
      log.warn('round', { sdkComponent: 'activity', error });
      log.info('goes on');
    `);
    expect(lines.map(({ msg }) => msg)).toEqual(['round', 'goes on']);
    expect(lines[0].error.cause).toMatchObject({ message: 'second', cause: { message: 'first' } });
  });
});
