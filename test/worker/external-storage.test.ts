/** External storage by configuration: two worker processes, one after the other, and commands, on one folder. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Cli, MAIN } from './cli.ts';

const taskQueue = `stored-${randomUUID()}`;
/** With the storage, and without. */
const [cli, stranger] = [new Cli(taskQueue), new Cli(taskQueue)];
const BYTES = 3_000_000;

beforeAll(() => {
  const workflows = join(import.meta.dirname, '../workflows/large.ts');
  writeFileSync(
    join(cli.folder, 'temporal.config.mjs'),
    `export default { workflows: ${JSON.stringify(workflows)}, activities: 'activities.mjs', externalStorage: { folder: 'payloads' } };`,
  );
  writeFileSync(
    join(cli.folder, 'activities.mjs'),
    `export const make = async ({ input }) => 'x'.repeat(input);
     export const size = async ({ previousStepContent }) => previousStepContent.length;`,
  );
});
afterAll(() => {
  cli.close();
  stranger.close();
});

/** A worker process for as long as the work takes. */
async function withWorker<T>(work: () => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [MAIN, 'worker'], { cwd: cli.folder, env: cli.env, stdio: 'ignore' });
  try {
    return await work();
  } finally {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
}

test('what one worker has stored, another and every command read', async () => {
  const runId = `stored-${randomUUID()}`;
  const paused = await withWorker(() =>
    cli.holdpoint('run', 'largeReview', '--input', `${BYTES}`, '--run-id', runId, '--json'),
  );
  expect(paused).toMatchObject({ code: 3, json: { status: 'paused' } });
  expect(readdirSync(join(cli.folder, 'payloads')).length).toBeGreaterThan(0);
  const replayed = await cli.holdpoint('replay', '--json');
  // The server has runs of other tests, too.
  expect(replayed.json.replayed).toBeGreaterThan(0);
  expect(replayed.stdout).not.toContain(runId);

  await withWorker(async () => {
    const shown = await vi.waitUntil(
      async () => {
        const { json } = await cli.holdpoint('show', runId, '--json');
        return json.complete && json;
      },
      // Each is a process, and the worker needs the processor to start.
      { timeout: 60_000, interval: 2_000 },
    );
    expect(shown.stepRequirements[0].output).toHaveLength(BYTES);
    const done = await cli.holdpoint('approve', runId, '--json');
    expect(done).toMatchObject({ code: 0, json: { status: 'completed', content: BYTES } });
  });
  const [shown, audit, watched, refused] = await Promise.all([
    cli.holdpoint('show', runId, '--json'),
    cli.holdpoint('audit', runId),
    cli.holdpoint('watch', runId),
    stranger.holdpoint('show', runId),
  ]);
  expect(shown.json.stepResults[0].content).toHaveLength(BYTES);
  expect([audit.code, watched.code]).toEqual([0, 0]);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('a payload is kept in an external storage'),
  });
}, 120_000);
