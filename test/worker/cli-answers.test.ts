/** The commands that answer, as scripts call them: what takes effect, what is refused, and how each ends. */
import { userInfo } from 'node:os';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { agents, call, calls, effectsOf, play, type Turn } from '../support/agents.ts';
import { openCli } from './cli.ts';

const ME = userInfo().username;

describe.concurrent('requirements', { timeout: 180_000 }, () => {
  const at = openCli({ slow: async () => 'draft' });

  const started = async (workflow: string, open = 1) => {
    const run = await at.server.start(workflow);
    const requirements = await run.paused(open);
    const byStep = new Map(requirements.map((each) => [each.stepName, each]));
    return { run, id: run.handle.workflowId, requirements, of: (step: string) => byStep.get(step)!.id };
  };

  test('approve: the only one that is open need not be named; who is signed in has said it', async () => {
    const { id } = await started('clientGate');
    const { code, json } = await at.cli.holdpoint('approve', id, '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({ runId: id, workflowName: 'clientGate', status: 'completed', content: 'b' });
    expect(json.stepRequirements).toMatchObject([{ id: 'b#confirmation', resolution: 'confirmed', resolvedBy: ME }]);
    const again = await at.cli.holdpoint('approve', id, 'b#confirmation', '--json');
    expect(again.code).toBe(5);
    expect(again.json.error).toMatchObject({ type: 'holdpoint.RequirementAlreadyResolved', exitCode: 5 });
  });

  test('reject --feedback --by, for people: lines, and no colours where there is no terminal', async () => {
    const { id } = await started('clientGate');
    const { code, stdout } = await at.cli.holdpoint('reject', id, '--feedback', 'not today', '--by', 'ann');
    expect(code).toBe(0);
    expect(stdout).toContain(`${id} completed`);
    expect(stdout).not.toContain('\u001b');
    const shown = await at.cli.holdpoint('show', id);
    expect(shown.stdout).toMatch(/b#confirmation rejected by ann at .*: not today/);
  });

  test('--no-wait: until the run has taken the answer, and a refused one is an error all the same', async () => {
    const { run, id } = await started('clientTwice');
    // By the name of its step, which one open requirement has.
    const taken = await at.cli.holdpoint('approve', id, 'one', '--no-wait', '--by', 'ann', '--json');
    expect(taken).toMatchObject({
      code: 0,
      json: { stepRequirements: [{ resolution: 'confirmed', resolvedBy: 'ann' }, { id: 'two#confirmation' }] },
    });
    const refused = await at.cli.holdpoint('reject', id, 'one#confirmation', '--no-wait');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('already confirmed by ann') });
    await run.handle.terminate();
  });

  test('every kind of pause has its commands', async () => {
    const { run, id, of } = await started('everyKindAtOnce', 7);
    const unnamed = await at.cli.holdpoint('approve', id);
    expect(unnamed).toMatchObject({ code: 2, stdout: '' });
    expect(unnamed.stderr).toMatch(/has 7 open requirements: name one of .*all\/confirmed#confirmation/);
    writeFileSync(join(at.cli.folder, 'values.json'), '{"n": 7}');
    const answers = [
      ['approve', of('confirmed')],
      ['input', of('filled'), '--values', '@values.json'],
      ['approve', of('both'), '--values', '{"any": true}'],
      ['edit', of('reviewed'), '--output', '{"better": 1}'],
      ['reject', of('rounds'), '--feedback', '@@home'],
      ['select', of('fork'), '--choice', 'two'],
      ['retry', of('broken')],
    ] as const;
    for (const [name, ...args] of answers) {
      const { code, stderr } = await at.cli.holdpoint(name, id, ...args);
      // A busy machine may make it wait for long enough to say so.
      expect([name, code, stderr.replace(/^waiting for .*\n/gm, '')]).toEqual([name, 0, '']);
    }
    const { stepRequirements } = await run.result();
    const resolved = stepRequirements.map((each) => [each.stepName, each.resolution]);
    expect(Object.fromEntries(resolved)).toEqual({
      confirmed: 'confirmed',
      filled: 'confirmed',
      both: 'confirmed',
      reviewed: 'edited',
      rounds: 'rejected',
      fork: 'selected',
      broken: 'retried',
    });
    const named = new Map(stepRequirements.map((each) => [each.stepName, each]));
    expect(named.get('filled')!.userInput).toEqual({ n: 7 });
    expect(named.get('reviewed')!.editedOutput).toEqual({ better: 1 });
    expect(named.get('rounds')!.rejectionFeedback).toBe('@home');
  });

  test('skip; and the text of an edit from stdin', async () => {
    const { run, id, of } = await started('everyKindAtOnce', 7);
    expect((await at.cli.holdpoint('skip', id, of('broken'))).code).toBe(0);
    expect((await at.cli.withInput('from stdin', 'edit', id, of('reviewed'), '--text', '@-')).code).toBe(0);
    const resolved = (await run.output()).stepRequirements.filter(({ resolution }) => resolution);
    const named = new Map(resolved.map((each) => [each.stepName, each]));
    expect(named.get('reviewed')!.editedOutput).toBe('from stdin');
    expect(named.get('broken')!.resolution).toBe('skipped');
    await run.handle.terminate();
  });

  test('what does not fit is refused, and nothing changes', async () => {
    const { run, id, of } = await started('everyKindAtOnce', 7);
    const wrong: readonly (readonly [number, RegExp, ...string[]])[] = [
      [5, /field 'n' must be int/, 'input', id, of('filled'), '--values', '{"n": "seven"}'],
      [5, /shows something else by now/, 'approve', id, of('confirmed'), '--digest', 'ffff'],
      [2, /add --values/, 'approve', id, of('both')],
      [2, /missing\.json cannot be read: no such file/, 'input', id, of('filled'), '--values', '@missing.json'],
      [2, /unknown option '--feedbak'/, 'reject', id, of('confirmed'), '--feedbak', 'x'],
      [4, /Did you mean 'all\/confirmed#confirmation'/, 'approve', id, 'all/confirmd#confirmation'],
    ];
    await Promise.all(
      wrong.map(async ([code, problem, ...args]) => {
        const ended = await at.cli.holdpoint(...args);
        expect(ended.stderr, args.join(' ')).toMatch(problem);
        expect([args[0], ended.code, ended.stdout]).toEqual([args[0], code, '']);
      }),
    );
    expect(await run.paused(7)).toHaveLength(7);
    await run.handle.terminate();
  });

  test('the answer took effect, and the run failed', async () => {
    const { id } = await started('clientFails');
    const failed = await at.cli.holdpoint('approve', id, '--json');
    expect(failed).toMatchObject({
      code: 6,
      json: { status: 'failed', error: { message: expect.stringMatching(/no luck/) } },
    });
  });
});

describe.concurrent('tool calls', { timeout: 180_000 }, () => {
  const at = openCli({ agents }, 'agentBundlePath');

  const started = async (...turns: Turn[]) => {
    const run = await at.server.start('agentMarathon', play(...turns));
    const [requirement] = await run.paused();
    return { run, id: run.handle.workflowId, requirement: requirement! };
  };
  const pay = call('pay', { to: 'bea', euros: 3 }, 'p1');
  const book = call('book', { flight: 'LH1' }, 'b1');
  const deploy = call('deploy', { version: '7' }, 'd1');

  test('each call is named, shown with its arguments, and answered by the command for its kind', async () => {
    const { run, id, requirement } = await started(calls(pay, book, deploy), 'done');
    const shown = await at.cli.holdpoint('show', id);
    expect(shown.stdout).toMatch(/tool call pay p1: may it run\?\n.*"euros": 3/s);
    expect(shown.stdout).toContain(
      `holdpoint input ${id} '${requirement.id}' --values … --tool-call b1`.replaceAll("'", ''),
    );
    const unnamed = await at.cli.holdpoint('approve', id);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain('name one with --tool-call, of p1 (pay), b1 (book), d1 (deploy)');
    const unknown = await at.cli.holdpoint('approve', id, '--tool-call', 'p2', '--json');
    expect(unknown).toMatchObject({ code: 4, json: { error: { type: 'holdpoint.NotFound' } } });
    expect(unknown.json.error.matches).toContain('p1');
    const listed = async () => (await at.cli.holdpoint('list', '--workflow', 'agentMarathon', '--paused')).stdout;
    const asked =
      'pay {"to":"bea","euros":3,"reference":"none"}, book {"flight":"LH1"}, deploy {"version":"7"} waits for ';
    await vi.waitFor(async () => expect(await listed()).toContain(`${requirement.id} ${asked}`), 60_000);
    // By the name of its tool, which one call has.
    expect((await at.cli.holdpoint('approve', id, '--tool-call', 'pay', '--by', 'ann')).code).toBe(0);
    expect(
      (await at.cli.holdpoint('input', id, requirement.id, '--tool-call', 'b1', '--values', '{"seat":"2C"}')).code,
    ).toBe(0);
    // One is left: it need not be named.
    expect((await at.cli.holdpoint('complete', id, '--result', '{"ok":true}')).code).toBe(0);
    const { stepRequirements } = await run.result();
    expect(stepRequirements[0]!.tools).toMatchObject([
      { resolution: 'confirmed', resolvedBy: 'ann' },
      { userInput: { seat: '2C' } },
      { result: { ok: true } },
    ]);
    expect(effectsOf(id)).toHaveLength(2);
  });

  test('a rejected call does not run', async () => {
    const { run, id } = await started(calls(pay), 'done');
    expect((await at.cli.holdpoint('reject', id, '--feedback', 'too much')).code).toBe(0);
    const { stepRequirements } = await run.result();
    expect(stepRequirements[0]!.tools).toMatchObject([{ resolution: 'rejected', note: 'too much' }]);
    expect(effectsOf(id)).toEqual([]);
  });
});
