/** A dev server as the CLI ships it: without our search attributes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../worker/ports.ts';
import { probeServer } from '../../worker/probe.ts';

/** @param more further arguments of `temporal server start-dev` */
export async function startBareServer(
  cli: string,
  more: readonly string[] = [],
): Promise<{ address: string; stop(): Promise<void> }> {
  const port = await freePort('127.0.0.1');
  const address = `127.0.0.1:${port}`;
  const common = ['--headless', '--ip', '127.0.0.1', '--port', `${port}`, '--log-level', 'never'];
  const args = ['server', 'start-dev', ...common, ...more];
  const child = spawn(cli, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const deadline = Date.now() + 30_000;
  while (!(await probeServer(address, ['default'])).serves) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    address,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
