/** `holdpoint audit`: what was asked, sent, decided and refused, for people and for programs. */
import { expect, test } from 'vitest';
import { openCli } from './cli.ts';

const at = openCli({ slow: async () => 'draft' });

test('a forged answer and a real one: both are in it, with who and why', { timeout: 120_000 }, async () => {
  const run = await at.server.start('clientGate');
  await run.paused(1);
  const id = run.handle.workflowId;
  await run.handle.signal('approve', { requirement: 'b#confirmation', digest: 'forged', by: 'eve' });
  await run.until(({ refusedAnswers }) => refusedAnswers.count === 1);
  expect((await at.cli.holdpoint('approve', id, '--by', 'ann')).code).toBe(0);

  const { code, json } = await at.cli.holdpoint('audit', id, '--json');
  expect(code).toBe(0);
  expect(json.runId).toBe(id);
  expect(
    json.entries.map(({ what, by }: { what: string; by?: string }) => [what, what === 'started' ? '' : by]),
  ).toEqual([
    ['started', ''],
    ['asked', undefined],
    ['sent', 'eve'],
    ['refused', 'eve'],
    ['sent', 'ann'],
    ['decided', 'ann'],
    ['ended', undefined],
  ]);

  const { stdout } = await at.cli.holdpoint('audit', id);
  expect(stdout).toMatch(/refused {3}b#confirmation {2}approve {2}by eve {2}digest_mismatch: /);
  expect(stdout).toMatch(/decided {3}b#confirmation {2}confirmed {2}by ann/);
  const lost = await at.cli.holdpoint('audit', `${id.slice(0, -1)}x`);
  expect(lost.stderr).toContain(id);
  expect(lost.code).not.toBe(0);
});
