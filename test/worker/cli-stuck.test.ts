/** What the commands say of a run whose workflow tasks fail, and of answers that nothing has taken yet. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test, vi } from 'vitest';
import { GRPC } from '../../client/server-call.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { startProxy } from '../support/grpc-proxy.ts';
import { MAIN, openCli } from './cli.ts';

const at = openCli();

test('a changed definition: show says the failure, and that an answer is on its way', {
  timeout: 120_000,
}, async () => {
  const workflowsPath = fileURLToPath(new URL('../workflows/drift/pipeline.ts', import.meta.url));
  const { code } = await bundleWorkflows({ workflowsPath });
  const taskQueue = `drift-${randomUUID()}`;
  const deploy = (version: string) =>
    at.server.worker({
      taskQueue,
      workflowBundle: { code: code.replaceAll('__VERSION__', version) },
      activities: { effect: async () => 'done' },
    });
  const old = await deploy('old');
  const run = await at.server.start('drifting', 'IN', undefined, { taskQueue });
  await run.paused();
  await old.stop();
  const id = run.handle.workflowId;
  const quiet = await at.cli.holdpoint('show', id);
  expect(quiet.stdout).toContain('No worker could tell more');
  expect(quiet.stdout).not.toContain('on its way');

  const changed = await deploy('renamed');
  const left = spawn(process.execPath, [MAIN, 'approve', id], { cwd: at.cli.folder, env: at.cli.env });
  let said = '';
  left.stderr.on('data', (chunk) => (said += String(chunk)));
  const sent = await at.cli.holdpoint('approve', id, '--no-wait', '--timeout', '5s');
  await vi.waitUntil(() => said.includes('waiting for'), { timeout: 30_000 });
  left.kill('SIGINT');
  await once(left, 'close');
  expect(said).toContain(`Stopped waiting; whether the run has your answer, holdpoint show ${id} tells.`);
  expect(sent).toMatchObject({ code: 7, stderr: expect.stringContaining('Your answer is on its way') });
  // The command to type, and no second full stop behind the error's own.
  expect(sent.stderr).toContain(`holdpoint watch ${id} waits again.`);
  expect(sent.stderr).not.toContain('..');
  const shown = await at.cli.holdpoint('show', id);
  expect(shown.stdout).toMatch(/An answer is on its way: .* Do not answer again\./);
  expect(shown.stdout).toMatch(/it fails with: holdpoint\.DefinitionChanged: workflow 'drifting' was changed at /);
  // A key that may not read histories backwards is no reason to think that nothing is on its way.
  const proxy = await startProxy(inject('address'), (method) =>
    method === 'GetWorkflowExecutionHistoryReverse' ? { lost: 'call', status: GRPC.permissionDenied } : undefined,
  );
  const env = { ...at.cli.env, TEMPORAL_ADDRESS: proxy.address };
  const blind = await promisify(execFile)(process.execPath, [MAIN, 'show', id], { cwd: at.cli.folder, env });
  expect(blind.stdout).toMatch(/Whether an answer is on its way is not known here: the Temporal server at .* refuses/);
  proxy.stop();
  await changed.stop();

  const back = await deploy('old');
  expect(await run.result()).toMatchObject({ status: 'completed' });
  expect((await at.cli.holdpoint('show', id)).stdout).not.toContain('on its way');
  await back.stop();
});
