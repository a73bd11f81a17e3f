/**
 * A deploy while runs are paused: what `holdpoint replay` says before it, and two workers under Temporal's Worker
 * Versioning.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';
import { MAIN } from './cli.ts';
import { PAY, Project, TELL } from './project.ts';

let server: TestServer;
const projects: Deployed[] = [];
const workers: ChildProcess[] = [];

beforeAll(async () => {
  server = await openServer();
});
afterAll(async () => {
  for (const child of workers) child.kill('SIGKILL');
  for (const { cli } of projects) cli.close();
  await server.close();
});

/** With the server: its runs, and workers of its versions. */
class Deployed extends Project {
  constructor(more?: string) {
    super(more);
    projects.push(this);
  }

  start(): Promise<TestRun> {
    return server.start(this.workflow, 40, undefined, { taskQueue: this.taskQueue });
  }

  /** `holdpoint worker` with a version, made current as it says itself. */
  async deploy(name: string): Promise<{ buildId: string; said(): string; stop(): Promise<unknown> }> {
    const { cli, deploymentName } = this;
    const args = [MAIN, 'worker', '-c', `${name}.config.ts`];
    const child = spawn(process.execPath, args, { cwd: cli.folder, env: cli.env });
    workers.push(child);
    const exited = once(child, 'exit').then(([code]) => code as unknown);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const line = /temporal (worker deployment set-current-version .* --build-id (\S+) .*) --address/;
    const told = vi.waitUntil(() => line.exec(said), { timeout: 60_000, interval: 100 });
    const [, command = '', buildId = ''] = await told.catch(() => expect.fail(said));
    expect(said).toContain(`version: build ${buildId} of deployment '${deploymentName}'`);
    // Refused until the server has heard of the worker.
    const setCurrent = () => temporal(...command.split(' '), '--yes').then(Boolean, () => false);
    await vi.waitUntil(setCurrent, { timeout: 60_000, interval: 250 });
    const stop = () => {
      child.kill('SIGTERM');
      return exited;
    };
    return { buildId, said: () => said, stop };
  }
}

async function temporal(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(inject('cli'), [...args, '--address', inject('address')]);
  return stdout;
}

/** The value that a message of the guard says is to be pasted. */
function compatibleIn(message: string): string[] {
  return JSON.parse(/compatibleWith: (\[.*\])\.$/.exec(message)![1]!) as string[];
}

const finish = async (run: TestRun) => {
  await run.answer('approve', await run.pausedAt('confirmation'));
  return run.result();
};

const versionOf = async ({ handle }: TestRun) =>
  (await handle.describe()).raw.workflowExecutionInfo!.versioningInfo!.deploymentVersion!.buildId;

describe.concurrent('a deploy', { timeout: 180_000 }, () => {
  test('replay says before it which open runs would break, and why', async () => {
    const project = new Deployed();
    const { taskQueue, workflow } = project;
    const workflowsPath = project.version('one', PAY);
    const worker = await server.worker({ taskQueue, workflowBundle: await bundleWorkflows({ workflowsPath }) });
    const run = await project.start();
    const id = run.handle.workflowId;
    await run.pausedAt('confirmation');
    await worker.stop();
    await project.listed(server, 1, "HoldpointStep = 'pay'");

    const same = await project.replay('one', '--workflow', workflow, '--limit', '5');
    expect(same).toMatchObject({ code: 0, stdout: '✓ 0 of 1 open runs would break.\n', stderr: '' });

    project.version('two', `${PAY}, ${TELL}`);
    const changed = await project.replay('two', '--json');
    expect(changed).toMatchObject({ code: 1, json: { replayed: 1, more: false, pinned: [], unread: [] } });
    expect(changed.json.buildId).toMatch(/^[0-9a-f]{12}$/);
    const [{ message }] = changed.json.broken;
    const broken = { id, workflowName: workflow, type: 'holdpoint.DefinitionChanged', message };
    expect(changed.json.broken).toEqual([broken]);
    expect(message).toContain(`workflow '${workflow}' was changed at 'tell' while this run was open.`);

    project.version('broken', PAY.replace('true', 'false'), compatibleIn(message));
    project.version('gone', PAY, [], 'payment');
    project.version('nothing', ')');
    const history = await temporal('workflow', 'show', '--workflow-id', id, '--output', 'json');
    mkdirSync(join(project.cli.folder, 'histories'));
    project.write('histories/paused.json', history);
    project.write('histories/other.json', '{ "events": [] }');

    const [lost, gone, nothing, recorded] = await Promise.all([
      project.replay('broken'),
      project.replay('gone', '--json'),
      project.replay('nothing', '--json'),
      project.replay('one', '--histories', 'histories'),
    ]);
    expect(lost.code).toBe(1);
    expect(lost.stdout).toMatch(
      /^✗ .* refund_.*: Nondeterminism: \[TMPRL1100\].*\n✗ 1 of 1 open runs would break\.\n$/,
    );
    expect(gone).toMatchObject({ code: 1, json: { broken: [{ id, type: 'WorkflowTaskFailed' }] } });
    expect(gone.json.broken[0].message).toContain(`'${workflow}': no such function is exported`);
    expect(nothing).toMatchObject({ code: 8, json: { error: { type: 'holdpoint.NotChecked', exitCode: 8 } } });
    expect(recorded).toMatchObject({ code: 8, stderr: '' });
    expect(recorded.stdout).toBe(
      '? other.json: is no history of a workflow\n✓ 0 of 1 histories would break.\n? 1 could not be read.\n',
    );
    // Nothing was done to the run.
    expect(await temporal('workflow', 'show', '--workflow-id', id, '--output', 'json')).toBe(history);
    await run.handle.terminate();
  });

  test('replay takes a history that is checked in by the id of its run, not of its file', async () => {
    const project = new Deployed();
    const { taskQueue, workflow } = project;
    const look = `step({ name: 'look', executor: async () => { await sleep('1ms'); return 'looked'; } })`;
    const workflowsPath = project.version('one', `${look}, ${PAY}`);
    const worker = await server.worker({ taskQueue, workflowBundle: await bundleWorkflows({ workflowsPath }) });
    const id = `${workflow}-1`;
    // By holdpoint's client: it gives the run the search attributes that it begins with, its session for one.
    expect((await project.cli.holdpoint('run', workflow, '--run-id', id)).code).toBe(3);
    await worker.stop();
    for (const folder of ['histories', 'other']) mkdirSync(join(project.cli.folder, folder));
    project.write('histories/looked.json', await temporal('workflow', 'show', '--workflow-id', id, '--output', 'json'));
    const replayed = await project.replay('one', '--histories', 'histories');
    expect(replayed).toMatchObject({ code: 0, stdout: '✓ 0 of 1 histories would break.\n' });
    // A namespace or a folder that is not the one meant looks like this; it is no success.
    project.write('other/looked.json', '{ "events": [] }');
    expect((await project.replay('one', '--histories', 'other')).stdout).toContain(
      '! There are no histories to replay.',
    );
    await server.client.workflow.getHandle(id).terminate();
  });

  test('with Worker Versioning: runs stay with the worker that they paused on, until they are moved', async () => {
    // Interceptors are part of the bundle, and so of the build id.
    const project = new Deployed(`telemetry: { traces: { otlp: { url: 'http://127.0.0.1:9/v1/traces' } } }`);
    project.version('old', PAY);
    const old = await project.deploy('old');
    const [stays, moves] = [await project.start(), await project.start()];
    await Promise.all([stays, moves].map((run) => run.pausedAt('confirmation')));

    project.version('new', `${PAY}, ${TELL}`);
    await project.listed(server, 2, "TemporalWorkflowVersioningBehavior = 'Pinned'");
    const { code, json } = await project.replay('new', '--json');
    const pinnedTo = `${project.deploymentName}:${old.buildId}`;
    expect({ code, ...json }).toMatchObject({ code: 0, replayed: 2, broken: [], pinned: [{ pinnedTo }, { pinnedTo }] });

    project.version('new', `${PAY}, ${TELL}`, compatibleIn(json.pinned[0].message));
    const current = await project.deploy('new');
    expect(current.buildId).not.toBe(old.buildId);
    expect((await project.replay('new', '--json')).json.buildId).toBe(current.buildId);
    const named = `versioning: { deploymentName: '${project.deploymentName}', buildId: '4f1c' }`;
    project.write('named.config.ts', `export default { workflows: './new.ts', ${named} };`);
    expect((await project.replay('named', '--json')).json.buildId).toBe('4f1c');
    const fresh = await project.start();
    expect(await finish(fresh)).toMatchObject({ status: 'completed', content: 'told' });
    expect(await versionOf(fresh)).toBe(current.buildId);
    expect(await finish(stays)).toMatchObject({ status: 'completed', content: 'paid' });
    expect(await versionOf(stays)).toBe(old.buildId);

    const version = ['deployment-name', project.deploymentName, 'build-id', current.buildId, 'behavior', 'pinned'];
    const override = version.map((each, index) => (index % 2 === 0 ? `--versioning-override-${each}` : each));
    await temporal('workflow', 'update-options', '--workflow-id', moves.handle.workflowId, ...override);
    expect(await old.stop()).toBe(0);
    expect(await finish(moves)).toMatchObject({ status: 'completed', content: 'told' });
    // That nothing listens for spans is told, and no failure.
    expect(await current.stop()).toBe(0);
    expect(current.said()).toContain('telemetry.traces: spans are lost, http://127.0.0.1:9 does not take them');
  });
});
