/** `holdpoint answer` at a terminal: a question for every kind of pause. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DOWN, ENTER, hasTerminals, Terminal } from '../demo/terminal.ts';
import { agents, call, calls, effectsOf, play } from '../support/agents.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';
import { Cli, MAIN } from './cli.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_Z = '\u001a';

let server: TestServer;
let agentServer: TestServer;
let cli: Cli;
const opened: Terminal[] = [];
beforeAll(async () => {
  server = await openServer({ slow: async () => 'draft' });
  agentServer = await openServer({ agents }, 'agentBundlePath');
  cli = new Cli(server.taskQueue);
});
afterEach(() => {
  for (const { child } of opened.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  cli.close();
  await Promise.all([server.close(), agentServer.close()]);
});

function answering(run: TestRun, env: NodeJS.ProcessEnv = {}): Terminal {
  const command = [process.execPath, MAIN, 'answer', run.handle.workflowId, '--by', 'ann'];
  const terminal = new Terminal(command, { cwd: cli.folder, env: { ...cli.env, ...env } });
  opened.push(terminal);
  return terminal;
}

test('where there is no terminal, it says what scripts use', async () => {
  const { code, stderr } = await cli.holdpoint('answer', 'any');
  expect(code).toBe(2);
  expect(stderr).toMatch(/no terminal to ask them in; approve, .* are for scripts/);
});

describe.runIf(hasTerminals())('at a terminal', { timeout: 180_000 }, () => {
  test('a form, a review in the editor, a route: pause after pause, to the end', async () => {
    const editor = join(cli.folder, 'editor.sh');
    // Ctrl-C is a key like any other to some editors; the terminal sends it to whoever is there.
    writeFileSync(
      editor,
      '#!/bin/sh\ntrap : INT; kill -INT 0\nprintf "%s, edited\\n" "$(cat "$2")" > "$2.new" && mv "$2.new" "$2" && test "$1" = --wait\n',
    );
    chmodSync(editor, 0o755);
    const run = await server.start('clientChain');
    await run.paused();
    const terminal = answering(run, { EDITOR: `${editor} --wait`, VISUAL: '' });
    await terminal.see(/form#confirmation.*limit: int.*Run form\?/s);
    await terminal.type(ENTER);
    await terminal.see('limit');
    await terminal.type(`many${ENTER}`);
    await terminal.see('must be int');
    await terminal.type(`\u007f\u007f\u007f\u007f12${ENTER}`);
    await terminal.see(/draft#outputReview.*under review: draft.*Approve/s);
    await terminal.type(DOWN);
    await terminal.see(/Edit/);
    await terminal.type(ENTER);
    await terminal.see(/where#route.*mail.*web.*none of them/s);
    await terminal.type(DOWN);
    await terminal.see('web');
    await terminal.type(ENTER);
    await terminal.see(/completed.*Decided.*form#.* by ann/s);
    expect(await terminal.ended).toBe(0);
    const { stepRequirements, content } = await run.result();
    expect(stepRequirements).toMatchObject([
      { userInput: { limit: 12 }, resolvedBy: 'ann' },
      { editedOutput: 'draft, edited' },
      { selectedChoices: ['web'] },
    ]);
    expect(content).toBe('on the web');
  });

  test('a checklist of routes, and a rejection with feedback', async () => {
    const run = await server.start('chooseRoutes');
    await run.paused();
    const terminal = answering(run);
    await terminal.see(/choices \(several\).*Select a route.*in_fork.*other_fork/s);
    await terminal.type(' ');
    await terminal.type(DOWN);
    await terminal.type(' ');
    await terminal.type(ENTER);
    await terminal.see(/fork#route selected by ann/);
    expect(await terminal.ended).toBe(0);
    expect((await run.result()).stepRequirements[0]!.selectedChoices).toEqual(['in_fork', 'other_fork']);

    const gate = await server.start('clientGate');
    await gate.paused();
    const second = answering(gate);
    // Before the question is on the screen: it answers nothing.
    await second.type('y');
    await second.see(/Go on\?.*Yes/s);
    await second.type('n');
    await second.see('Why not?');
    await second.type(`too early${ENTER}`);
    await second.see(/rejected by ann/);
    expect((await gate.result()).stepRequirements[0]).toMatchObject({ rejectionFeedback: 'too early' });
  });

  test('what a no does stands at the choice; after an iteration the labels say which answer stops the loop', async () => {
    const run = await server.start('reviewWithin');
    await run.paused();
    const terminal = answering(run);
    await terminal.see(/Approve.*Send back: runs it again, with your feedback \(3 of 3 left\)/s);
    await terminal.type(`${DOWN}${DOWN}${ENTER}`);
    await terminal.see('What should be different?');
    await terminal.type(`shorter${ENTER}`);
    await terminal.see(/Send back: .*2 of 3 left/);
    await terminal.type(ENTER);
    await terminal.see(
      /completed iteration 1\/3\. Continue\?.*Enough: stop the loop here and keep its outputs.*Another iteration/s,
    );
    await terminal.type(ENTER);
    await terminal.see(/completed/);
    expect(await terminal.ended).toBe(0);
    expect((await run.result()).stepRequirements.map(({ resolution }) => resolution)).toEqual([
      'rejected',
      'confirmed',
      'confirmed',
    ]);
  });

  test('tool calls: arguments shown, values asked for, a result given', async () => {
    // More questions than Node lets listen to one signal without a warning.
    const more = ['p2', 'p3', 'p4', 'p5', 'p6', 'p7'];
    const turn = calls(
      call('pay', { to: 'bea\u001b[2J', euros: 3 }, 'p1'),
      ...more.map((id) => call('pay', { to: id, euros: 3 }, id)),
      call('book', { flight: 'LH1' }, 'b1'),
      call('deploy', { version: '7' }, 'd1'),
    );
    const run = await agentServer.start('agentMarathon', play(turn, 'done'));
    await run.paused();
    const terminal = answering(run);
    const seen = await terminal.see(/Run pay with these arguments\?/);
    expect(seen).toMatch(/tool call pay p1: may it run\?.*"to": "bea\\u001b\[2J".*"euros": 3/s);
    await terminal.type(ENTER);
    for (const id of more) {
      await terminal.see(new RegExp(`pay ${id}: may it run.*◆ +Run pay`, 's'));
      await terminal.type(ENTER);
    }
    await terminal.see('Give book its values?');
    await terminal.type(ENTER);
    await terminal.see('seat');
    await terminal.type(`2C${ENTER}`);
    await terminal.see(/meal.*optional/);
    await terminal.type(ENTER);
    let said = await terminal.see('Has deploy run?');
    await terminal.type(ENTER);
    said += await terminal.see('What came of it?');
    await terminal.type(ENTER);
    said += await terminal.see('nothing is no result');
    expect(said).not.toContain('Warning');
    // As it is pasted where the terminal marks no paste: a line break in it is not the end.
    await terminal.type(`{${ENTER}  "ok": true${ENTER}}${ENTER}`);
    await terminal.see('{   "ok": true }');
    await terminal.type(ENTER);
    await terminal.see(/completed/);
    expect(await terminal.ended).toBe(0);
    const { tools = [] } = (await run.result()).stepRequirements[0]!;
    expect(tools.map(({ resolution }) => resolution)).toEqual(tools.map(() => 'confirmed'));
    expect(tools.slice(-2)).toMatchObject([{ userInput: { seat: '2C' } }, { result: { ok: true } }]);
    expect(effectsOf(run.handle.workflowId)).toContain('book {"flight":"LH1","seat":"2C"}');
  });

  test('what a model wrote is taken as it is, and printed as a text', async () => {
    const written = 'draft\u001b]8;;https://evil.example\u0007';
    const run = await server.start('oneReviewOfInput', written);
    await run.paused();
    const terminal = answering(run, { EDITOR: '', VISUAL: '' });
    let seen = await terminal.see(/under review: draft␛.*Approve/s);
    await terminal.type(DOWN);
    seen += await terminal.see(/Edit/);
    await terminal.type(ENTER);
    seen += await terminal.see(/The new content/);
    await terminal.type(ENTER);
    seen += await terminal.see(/nothing was changed; choose Approve.*Approve/s);
    expect(seen).not.toContain('\u001b]8');
    await terminal.type(ENTER);
    expect(await terminal.ended).toBe(0);
    expect((await run.result()).content).toBe(written);
  });

  test('Enter pressed once more than asked for does not answer the next question', async () => {
    const run = await server.start('clientParallel');
    await run.paused(2);
    const terminal = answering(run);
    await terminal.see(/Run left\?.*Yes/s);
    await terminal.type(ENTER);
    await terminal.see(/Run left\?.*Yes/s);
    await terminal.type(`${ENTER}${ENTER}`);
    await terminal.see(/Run right\?.*Yes/s);
    await terminal.type('n');
    await terminal.see('Why not?');
    // As it is pasted where the terminal marks no paste.
    await terminal.type(`${ENTER}not this one`);
    await terminal.see('not this one');
    await terminal.type(ENTER);
    expect(await terminal.ended).toBe(0);
    expect((await run.result()).stepRequirements).toMatchObject([
      { stepName: 'left', resolution: 'confirmed' },
      { stepName: 'right', resolution: 'rejected', rejectionFeedback: 'not this one' },
    ]);
  });

  test('a paste chooses nothing, its lines are one text; Ctrl-Z and what a process outside sends leave no terminal behind', async () => {
    const paste = (text: string) => `\u001b[200~${text}\u001b[201~`;
    const run = await server.start('clientTwice');
    await run.paused();
    const terminal = answering(run);
    await terminal.see(/◆ +Run one\?/);
    await terminal.type(CTRL_Z);
    await terminal.type('Sorry, no: why?');
    await terminal.type(paste(`yes${ENTER}`));
    await terminal.type('n');
    await terminal.see(/No: .*◆ +Why not\?/s);
    await terminal.type(paste(`two${ENTER}lines${ENTER}`));
    await terminal.see('two lines');
    await terminal.type(ENTER);
    await terminal.see(/◆ +Run two\?/);
    await terminal.type(CTRL_D);
    await terminal.see(/stays paused: holdpoint answer/);
    expect(await terminal.ended).toBe(130);
    expect((await run.output()).stepRequirements).toMatchObject([
      { resolution: 'rejected', rejectionFeedback: 'two lines' },
      { stepName: 'two' },
    ]);
    const again = answering(run);
    const [, pid] = (await again.see(/pid \d+.*◆ +Run two\?/s)).match(/pid (\d+)/)!;
    process.kill(Number(pid), 'SIGTERM');
    await again.see(/\u001b\[\?25h$/);
    await again.ended;
    await run.handle.terminate();
  });

  test('what is still typed when a question closes does not answer the next', async () => {
    const run = await server.start('clientParallel');
    const [left] = await run.paused(2);
    const terminal = answering(run);
    await terminal.see(/◆ +Run left\?/);
    await terminal.type('n');
    await terminal.see(/◆ +Why not\?/);
    const typing = setInterval(() => void terminal.type('y'), 100);
    await run.answer('approve', left!, { by: 'bob' });
    await terminal.see(/Answered elsewhere: both\/left#confirmation confirmed by bob.*both\/right#confirmation/s);
    await sleep(300);
    clearInterval(typing);
    await terminal.type(ENTER);
    await terminal.see(/◆ +Run right\?/);
    await terminal.type('n');
    await terminal.see(/◆ +Why not\?/);
    await terminal.type(ENTER);
    expect(await terminal.ended).toBe(0);
    expect((await run.result()).stepRequirements).toMatchObject([{ resolvedBy: 'bob' }, { resolution: 'rejected' }]);
  });

  test('what was written in the editor is kept where it is not taken', async () => {
    const editor = join(cli.folder, 'twice.sh');
    const go = join(cli.folder, 'go');
    // Broken at first; then somebody else is quicker.
    writeFileSync(
      editor,
      `#!/bin/sh\nif test -e ${go}.1; then echo '[2]' > "$1"; touch ${go}.2; while ! test -e ${go}; do sleep 0.1; done\nelse touch ${go}.1; echo "{ broken" > "$1"; fi\n`,
    );
    chmodSync(editor, 0o755);
    const run = await server.start('oneReviewOfInput', { draft: 1 });
    const [review] = await run.paused();
    const terminal = answering(run, { EDITOR: editor, VISUAL: '' });
    const keptAfter = async (text: RegExp) => {
      const [, file] = (await terminal.see(text)).match(/What you wrote is in (\S+)\./)!;
      const kept = readFileSync(file!, 'utf8');
      rmSync(dirname(file!), { recursive: true });
      return kept;
    };
    await terminal.see(/◆.*Edit/s);
    await terminal.type(DOWN);
    await terminal.type(ENTER);
    expect(await keptAfter(/that is not JSON.*◆.*Edit/s)).toBe('{ broken\n');
    await terminal.type(DOWN);
    await terminal.type(ENTER);
    await vi.waitFor(() => expect(existsSync(`${go}.2`)).toBe(true), { timeout: 15_000 });
    await run.answer('approve', review!, { by: 'bob' });
    await run.result();
    writeFileSync(go, '');
    expect(await keptAfter(/already confirmed by bob/)).toBe('[\n  2\n]');
    expect(await terminal.ended).toBe(0);
  });

  test('a question closes when somebody else answers it, and the next is asked; Ctrl-C leaves the run paused', async () => {
    const run = await server.start('clientParallel');
    const [left, right] = await run.paused(2);
    const terminal = answering(run);
    await terminal.see(/Run left\?/);
    await run.answer('approve', left!, { by: 'bob' });
    await terminal.see(/Answered elsewhere: both\/left#confirmation confirmed by bob.*Run right\?/s);
    await terminal.type(CTRL_C);
    await terminal.see(/stays paused: holdpoint answer/);
    expect(await terminal.ended).toBe(130);
    expect(await run.paused(1)).toMatchObject([{ id: right!.id }]);
    await run.handle.terminate();
  });
});
