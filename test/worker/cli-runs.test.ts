/** The commands that start runs, find them, show them, follow them and end them. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../workflows/protocol/events.ts';
import { Cli, MAIN, openCli } from './cli.ts';

const at = openCli({ slow: async () => 'draft' });

/** Visibility follows the runs by some milliseconds. */
async function visible(runId: string, query = ''): Promise<void> {
  const filter = [`WorkflowId = '${runId}'`, query].filter(Boolean).join(' AND ');
  await vi.waitUntil(async () => (await at.server.client.workflow.count(filter)).count > 0, { timeout: 60_000 });
}

describe.concurrent('run', { timeout: 180_000 }, () => {
  test('ends at the first pause with 3, at the end with 0; its id and session can be chosen', async () => {
    const runId = `run-${randomUUID()}`;
    const options = ['--input', 'hello', '--run-id', runId, '--session', 'mine', '--json'];
    const paused = await at.cli.holdpoint('run', 'clientGate', ...options);
    expect(paused).toMatchObject({ code: 3, json: { runId, sessionId: 'mine', status: 'paused' } });
    expect(paused.json.stepResults).toMatchObject([{ content: 'a<hello>' }]);
    const twice = await at.cli.holdpoint('run', 'clientGate', ...options);
    expect(twice).toMatchObject({ code: 1, json: { error: { type: 'holdpoint.RunAlreadyExists', exitCode: 1 } } });
    const completed = await at.cli.holdpoint('run', 'clientInput', '--input', '{"amount": 3}');
    expect(completed.code).toBe(0);
    expect(completed.stdout).toMatch(/clientInput-\S+ completed\n\{\n {2}"amount": 3\n\}/);
  });

  test('reads its input from stdin; does not wait where it shall not', async () => {
    const ended = await at.cli.withInput('{"amount": 4}', 'run', 'clientInput', '--input', '@-', '--json');
    expect(ended).toMatchObject({ code: 0, json: { content: { amount: 4 } } });
    const started = await at.cli.holdpoint('run', 'clientGate', '--no-wait', '--json');
    expect(started).toMatchObject({ code: 0, json: { status: 'running', workflowName: 'clientGate' } });
  });

  test('says what it waits for, and since when', async () => {
    const alone = new Cli(`nobody-${randomUUID()}`);
    const watched = await alone.holdpoint('run', 'clientGate', '--watch', '--timeout', '2s');
    expect(watched).toMatchObject({ code: 7, stderr: expect.stringContaining('It goes on without you') });
    const { code, stderr, json } = await alone.holdpoint('run', 'clientGate', '--timeout', '6s', '--json');
    expect(code).toBe(7);
    expect(json.error).toMatchObject({ type: 'holdpoint.WaitTimeout', exitCode: 7 });
    expect(stderr).toMatch(/waiting for run 'clientGate-\S+' to pause or end, since \d\d:\d\d:\d\d/);
    expect(stderr).toMatch(/waiting for a worker: no worker polls task queue 'nobody-.*, since \d\d:\d\d:\d\d/);
    alone.close();
  });
});

describe.concurrent('list and show', { timeout: 180_000 }, () => {
  test('by session, by workflow, and those that wait', async () => {
    const sessionId = `session-${randomUUID()}`;
    const gate = await at.server.start('clientGate', 'IN', { sessionId });
    await gate.paused();
    const done = await at.server.start('clientInput', { amount: 1 }, { sessionId });
    await done.result();
    await visible(done.handle.workflowId, "HoldpointStatus = 'completed'");
    await visible(gate.handle.workflowId, "HoldpointStatus = 'paused'");
    const { code, json } = await at.cli.holdpoint('list', '--session', sessionId, '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({
      more: false,
      runs: [
        {
          runId: done.handle.workflowId,
          workflowName: 'clientInput',
          sessionId,
          status: 'completed',
          open: [],
          openCount: 0,
        },
        {
          runId: gate.handle.workflowId,
          status: 'paused',
          startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          open: [{ id: 'b#confirmation', kind: 'confirmation', message: 'Go on?' }],
          openCount: 1,
        },
      ],
    });
    const paused = await at.cli.holdpoint('list', '--session', sessionId, '--paused');
    expect(paused.stdout).toMatch(
      new RegExp(`${gate.handle.workflowId} paused .*\n  b#confirmation Go on\\? waits for \\d+s`),
    );
    expect(paused.stdout).not.toContain(done.handle.workflowId);
    const limited = await at.cli.holdpoint(
      'list',
      '--session',
      sessionId,
      '--workflow',
      'clientInput',
      '--limit',
      '1',
      '--json',
    );
    expect(limited.json.runs).toMatchObject([{ runId: done.handle.workflowId }]);
    const none = await at.cli.holdpoint('list', '--workflow', 'no"such', '--json');
    expect(none).toMatchObject({ code: 0, json: { runs: [], more: false } });
    await gate.handle.terminate();
  });

  test('what came from data is text: nothing of it reaches the terminal as a command', async () => {
    const evil = 'fine\u001b[2K\u001b]0;title\u0007\r\u009b31m\u202egnp.exe\nnext';
    const run = await at.server.start('oneReviewOfInput', evil);
    await run.paused();
    const { stdout } = await at.cli.holdpoint('show', run.handle.workflowId);
    expect(stdout).toContain('│ fine␛[2K␛]0;title␇␍\\u009b31m\\u202egnp.exe\n  │ next');
    const { stdout: json } = await at.cli.holdpoint('show', run.handle.workflowId, '--json');
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(json)).toMatchObject({ stepResults: [{ content: evil }], complete: true });
    await run.handle.terminate();
  });

  test('a run that nobody works at says why', async () => {
    const run = await at.server.start('clientGate', 1, undefined, { taskQueue: `nobody-${randomUUID()}` });
    const { stdout } = await at.cli.holdpoint('show', run.handle.workflowId);
    expect(stdout).toMatch(/waiting for a worker: no worker polls task queue 'nobody-/);
    await run.handle.terminate();
  });

  test('an unknown run: an error with near matches', async () => {
    const run = await at.server.start('clientGate');
    const id = run.handle.workflowId;
    await visible(id);
    const shown = await at.cli.holdpoint('show', `${id}x`, '--json');
    expect(shown).toMatchObject({ code: 4, json: { error: { type: 'holdpoint.NotFound', exitCode: 4 } } });
    expect(shown.json.error.matches).toContain(id);
    for (const command of ['watch', 'cancel']) {
      const { code, stderr } = await at.cli.holdpoint(command, `x${id}`);
      expect([command, code]).toEqual([command, 4]);
      expect(stderr).toContain(`Did you mean '${id}'`);
    }
    await run.handle.terminate();
  });
});

describe.concurrent('watch', { timeout: 180_000 }, () => {
  /** Reads lines of a process while it runs. */
  function following(...args: string[]) {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: at.cli.folder, env: at.cli.env });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += String(chunk)));
    return { said, child, ended: once(child, 'close').then(([code]) => code as number | null) };
  }
  const events = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);

  test('run --watch tells every event across the pause, and the run at last', async () => {
    const runId = `watched-${randomUUID()}`;
    const { said, ended } = following('run', 'clientGate', '--run-id', runId, '--watch', '--json');
    await vi.waitUntil(() => said.stdout.includes('"WorkflowPaused"'), { timeout: 60_000 });
    // Who waits for a human is told of it, and since when.
    await vi.waitUntil(() => /waiting for a human: b#confirmation, since \d\d:\d\d:\d\d/.test(said.stderr), {
      timeout: 60_000,
    });
    expect((await at.cli.holdpoint('approve', runId)).code).toBe(0);
    expect(await ended).toBe(0);
    const told = events(said.stdout);
    expect(told.pop()).toMatchObject({ runId, status: 'completed', content: 'b' });
    expect(told.map(({ event }) => event)).toEqual([
      ...['WorkflowStarted', 'StepStarted', 'StepOutput', 'StepCompleted', 'StepPaused', 'WorkflowPaused'],
      ...['StepContinued', 'StepStarted', 'StepOutput', 'StepCompleted', 'WorkflowCompleted'],
    ]);
    const from = told[8]!.sequence;
    const rest = await at.cli.holdpoint('watch', runId, '--from', String(from), '--json');
    expect(rest.code).toBe(0);
    expect(events(rest.stdout).slice(0, -1)).toEqual(told.slice(8));
    const lines = await at.cli.holdpoint('watch', runId);
    expect(lines.stdout).toMatch(/StepPaused {17}b#confirmation {2}Go on\?/);
    expect(lines.stdout).toMatch(new RegExp(`WorkflowCompleted +b\n\n${runId} completed`));
  });

  test('Ctrl-C leaves the run alone', async () => {
    const run = await at.server.start('clientGate');
    await run.paused();
    const { said, child, ended } = following('watch', run.handle.workflowId);
    await vi.waitUntil(() => said.stdout.includes('WorkflowPaused'), { timeout: 60_000 });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(said.stderr).toContain('the run goes on without you');
    await run.paused();
    await run.handle.terminate();
  });

  test('a run that was cancelled ends it with 6; cancel again says that it had ended', async () => {
    const run = await at.server.start('clientGate');
    await run.paused();
    const id = run.handle.workflowId;
    const cancelled = await at.cli.holdpoint('cancel', id, '--reason', 'wrong customer', '--json');
    expect(cancelled).toMatchObject({ code: 0, json: { runId: id, status: 'cancelled' } });
    expect((await at.cli.holdpoint('watch', id)).code).toBe(6);
    const done = await at.server.start('clientInput', { amount: 1 });
    await done.result();
    const late = await at.cli.holdpoint('cancel', done.handle.workflowId);
    expect(late.code).toBe(5);
    expect(late.stderr).toContain('it had ended as completed');
  });
});
