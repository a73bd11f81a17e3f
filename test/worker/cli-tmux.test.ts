/** `holdpoint answer` in tmux: a terminal that redraws, scrolls and resizes, as people have it on servers. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openServer, type TestServer } from '../support/server.ts';
import { Cli, MAIN } from './cli.ts';

const SOCKET = `holdpoint-${randomUUID()}`;

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-L', SOCKET, '-f', '/dev/null', ...args], { encoding: 'utf8' });
}

function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A prompt takes keys from when it is drawn: its ◆ is waited for, since what it asks also stands in the text above it. */
const see = (text: string | RegExp) =>
  vi.waitFor(() => expect(tmux('capture-pane', '-p', '-t', 'answer')).toMatch(text), {
    timeout: 30_000,
    interval: 100,
  });

describe.runIf(hasTmux())('in tmux', { timeout: 120_000 }, () => {
  let server: TestServer;
  let cli: Cli;
  beforeAll(async () => {
    server = await openServer({ slow: async () => 'draft' });
    cli = new Cli(server.taskQueue);
  });
  afterAll(async () => {
    try {
      tmux('kill-server');
    } catch {
      // It ends with its last session.
    }
    cli.close();
    await server.close();
  });

  test('a form, a review and a route are answered, in a window that changes its size', async () => {
    const run = await server.start('clientChain');
    await run.paused();
    const command = `"${process.execPath}" "${MAIN}" answer ${run.handle.workflowId} --by ann; echo "code $?"; sleep 60`;
    const variables = Object.entries(cli.env).flatMap(([name, value]) =>
      value === undefined ? [] : ['-e', `${name}=${value}`],
    );
    tmux('new-session', '-d', '-s', 'answer', '-x', '100', '-y', '40', '-c', cli.folder, ...variables, command);
    await see(/◆ +Run form\?/);
    tmux('send-keys', '-t', 'answer', 'Enter');
    await see(/◆ +limit/);
    tmux('resize-window', '-t', 'answer', '-x', '60', '-y', '30');
    tmux('send-keys', '-t', 'answer', '-l', '12');
    tmux('send-keys', '-t', 'answer', 'Enter');
    await see(/under review: draft[^]*◆[^]*Approve/);
    tmux('send-keys', '-t', 'answer', 'Enter');
    await see(/where#route[^]*◆[^]*web/);
    tmux('send-keys', '-t', 'answer', 'Down', 'Enter');
    await see(/code 0/);
    const { content, stepRequirements } = await run.result();
    expect(content).toBe('on the web');
    expect(stepRequirements.map(({ resolvedBy }) => resolvedBy)).toEqual(['ann', 'ann', 'ann']);
  });
});
