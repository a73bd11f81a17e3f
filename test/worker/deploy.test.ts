/**
 * A deploy while runs are paused: what `holdpoint replay` says before it, and two workers under Temporal's Worker
 * Versioning.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';
import { Cli, type Ended, MAIN } from './cli.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

let server: TestServer;
const projects: Project[] = [];
const workers: ChildProcess[] = [];

beforeAll(async () => {
  server = await openServer();
});
afterAll(async () => {
  for (const child of workers) child.kill('SIGKILL');
  for (const { cli } of projects) cli.close();
  await server.close();
});

const PAY = `step({ name: 'pay', executor: () => 'paid', humanReview: { requiresConfirmation: true } })`;
const TELL = `step({ name: 'tell', executor: () => 'told' })`;

/** A folder with several versions of one workflow, which nobody else has on this server. */
class Project {
  readonly taskQueue = `deploy-${randomUUID()}`;
  readonly workflow = `refund_${randomUUID().slice(0, 8)}`;
  readonly deploymentName = `shop-${randomUUID()}`;
  readonly cli = new Cli(this.taskQueue);

  /** Options of the configuration. */
  readonly #more: string;

  constructor(more = '') {
    this.#more = more;
    projects.push(this);
    mkdirSync(join(this.cli.folder, 'node_modules'));
    for (const [name, target] of [
      ['holdpoint', REPOSITORY],
      ['@temporalio', join(REPOSITORY, 'node_modules/@temporalio')],
    ] as const) {
      symlinkSync(target, join(this.cli.folder, 'node_modules', name));
    }
    this.write('package.json', '{ "type": "module" }');
  }

  write(name: string, text: string): string {
    const path = join(this.cli.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** `<name>.config.ts` and its workflows. */
  version(name: string, steps: string, compatibleWith: readonly string[] = [], workflow = this.workflow): string {
    const fields = `name: '${workflow}', compatibleWith: ${JSON.stringify(compatibleWith)}, steps: [${steps}]`;
    const versioning = `versioning: { deploymentName: '${this.deploymentName}' }`;
    this.write(`${name}.config.ts`, `export default { workflows: './${name}.ts', ${versioning}, ${this.#more} };`);
    return this.write(
      `${name}.ts`,
      `import { sleep } from '@temporalio/workflow';\nimport { step, workflow } from 'holdpoint/workflow';\nexport const ${workflow} = workflow({ ${fields} });`,
    );
  }

  replay(name: string, ...more: string[]): Promise<Ended> {
    return this.cli.holdpoint('replay', '-c', `${name}.config.ts`, ...more);
  }

  start(): Promise<TestRun> {
    return server.start(this.workflow, 40, undefined, { taskQueue: this.taskQueue });
  }

  /** Until lists have so many runs of this project that satisfy the filter. */
  async listed(count: number, filter: string): Promise<void> {
    const query = `TaskQueue = '${this.taskQueue}' AND ${filter}`;
    await vi.waitUntil(async () => (await server.client.workflow.count(query)).count === count, { timeout: 30_000 });
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
    const project = new Project();
    const { taskQueue, workflow } = project;
    const workflowsPath = project.version('one', PAY);
    const worker = await server.worker({ taskQueue, workflowBundle: await bundleWorkflows({ workflowsPath }) });
    const run = await project.start();
    const id = run.handle.workflowId;
    await run.pausedAt('confirmation');
    await worker.stop();
    await project.listed(1, "HoldpointStep = 'pay'");

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
    const project = new Project();
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
    const project = new Project(`telemetry: { traces: { otlp: { url: 'http://127.0.0.1:9/v1/traces' } } }`);
    project.version('old', PAY);
    const old = await project.deploy('old');
    const [stays, moves] = [await project.start(), await project.start()];
    await Promise.all([stays, moves].map((run) => run.pausedAt('confirmation')));

    project.version('new', `${PAY}, ${TELL}`);
    await project.listed(2, "TemporalWorkflowVersioningBehavior = 'Pinned'");
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

describe('what replay compares beyond Temporal', { timeout: 120_000 }, () => {
  test('replay says which runs would ask something else than people were shown', async () => {
    const project = new Project();
    const { taskQueue, workflow } = project;
    const CONFIRM = 'requiresConfirmation: true';
    const ask = (review: string, name = 'ask') =>
      `step({ name: '${name}', executor: () => 'asked', humanReview: { ${review} } })`;
    const NEXT = ask(CONFIRM, 'next');
    const side = (second: string) => `parallel({ name: 'both', steps: [${ask(CONFIRM)}, ${second}] })`;
    /** How the node was and is, and what is said of a run that waits there; no one else's run breaks for Temporal. */
    const changes = {
      same: [ask(CONFIRM), ask(CONFIRM), undefined],
      later: [ask(CONFIRM), `${ask(CONFIRM)}, ${TELL}`, undefined],
      gone: [
        ask(CONFIRM),
        `step({ name: 'ask', executor: () => 'asked' })`,
        "asked 'ask#confirmation', and would ask 'next#confirmation' instead",
      ],
      kind: [
        ask(CONFIRM),
        ask('requiresOutputReview: true'),
        "asked 'ask#confirmation', and would ask 'ask#outputReview' instead",
      ],
      taken: [
        ask('requiresOutputReview: () => true'),
        ask('requiresOutputReview: () => false'),
        "asked 'ask#outputReview', and would ask 'next#confirmation' instead",
      ],
      predicate: [
        ask('requiresOutputReview: () => false'),
        ask('requiresOutputReview: () => true'),
        "asked 'next#confirmation', and would ask 'ask#outputReview' instead",
      ],
      words: [
        ask(CONFIRM),
        ask(`${CONFIRM}, confirmationMessage: 'All?'`),
        "'ask#confirmation' would ask something else",
      ],
      deadline: [
        ask(CONFIRM),
        ask(`${CONFIRM}, timeout: '1 day', onTimeout: 'approve'`),
        "'ask#confirmation' was shown with no deadline, which counts, and would be shown with the deadline 2",
      ],
      onTimeout: [
        ask(`${CONFIRM}, timeout: '1 day'`),
        ask(`${CONFIRM}, timeout: '1 day', onTimeout: 'approve'`),
        "'ask#confirmation' was shown with onTimeout 'cancel', and would do 'approve'",
      ],
      onReject: [
        ask(CONFIRM),
        ask(`${CONFIRM}, onReject: 'cancel'`),
        "'ask#confirmation' is open, and its node has changed",
      ],
      executor: [
        ask(CONFIRM),
        `step({ name: 'ask', executor: look, humanReview: { ${CONFIRM} } })`,
        "'ask#confirmation' is open, and its node has changed",
      ],
      beside: [
        side(NEXT),
        side(`step({ name: 'next', executor: look })`),
        "asked 'both/next#confirmation', and would not ask that",
      ],
    } as const;
    const write = (name: string, of: 0 | 1, compatibleWith: Readonly<Record<string, readonly string[]>> = {}) => {
      const workflowsPath = project.version(name, PAY);
      const one = (key: keyof typeof changes) =>
        `export const ${workflow}_${key} = workflow({ name: '${workflow}_${key}', compatibleWith: ${JSON.stringify(compatibleWith[key] ?? [])}, steps: [${changes[key][of]}, ${NEXT}] });`;
      project.write(
        `${name}.ts`,
        [
          `import { parallel, proxyActivities, step, workflow } from 'holdpoint/workflow';`,
          `const { look } = proxyActivities({ startToCloseTimeout: '9s' });`,
          ...(Object.keys(changes) as (keyof typeof changes)[]).map(one),
        ].join('\n'),
      );
      return workflowsPath;
    };
    const worker = await server.worker({
      taskQueue,
      workflowBundle: await bundleWorkflows({ workflowsPath: write('one', 0) }),
    });
    const runs = await Promise.all(
      Object.keys(changes).map((key) => server.start(`${workflow}_${key}`, 40, undefined, { taskQueue })),
    );
    for (const run of runs) await run.until(({ status }) => status === 'paused');
    // An answer by hand, without a digest: on record it would be one to the new words.
    const answered = await server.start(`${workflow}_words`, 40, undefined, { taskQueue });
    await answered.pausedAt('confirmation', 'ask');
    await answered.signal('approve', { requirement: 'ask#confirmation' });
    await answered.pausedAt('confirmation', 'next');
    await worker.stop();
    await project.listed(runs.length + 1, "HoldpointStatus = 'paused'");

    expect(await project.replay('one')).toMatchObject({ code: 0, stderr: '' });
    write('two', 1);
    const key = ({ workflowName }: { workflowName: string }) => workflowName.slice(workflow.length + 1);
    const { broken: guarded } = (await project.replay('two', '--json')).json;
    const ofGuard = guarded.filter(({ type }: any) => type === 'holdpoint.DefinitionChanged');
    write('two', 1, Object.fromEntries(ofGuard.map((each: any) => [key(each), compatibleIn(each.message)])));
    const { code, json } = await project.replay('two', '--json');
    expect(code).toBe(1);
    const ofAnswered = json.broken.find(({ id }: any) => id === answered.handle.workflowId);
    expect(ofAnswered.message).toContain("'ask#confirmation' would ask something else");
    const said = Object.fromEntries(
      json.broken.filter((each: any) => each !== ofAnswered).map((each: any) => [key(each), each]),
    );
    expect(Object.keys(said).sort()).toEqual(
      Object.keys(changes)
        .filter((each) => changes[each as 'same'][2] !== undefined)
        .sort(),
    );
    for (const [name, each] of Object.entries<any>(said)) {
      expect(each, name).toMatchObject({ type: 'holdpoint.AsksOtherwise' });
      expect(each.message, name).toContain(changes[name as 'gone'][2]);
      expect(each.message, name).toContain('Put back what was changed there');
    }
    await Promise.all([...runs, answered].map(({ handle }) => handle.terminate()));
  });

  test('replay finds nothing where nothing was changed, whatever a run has done', async () => {
    const project = new Project();
    const path = (name: string) => JSON.stringify(join(REPOSITORY, 'test', name));
    project.write('recorded.config.ts', `export default { workflows: ${path('workflows/replay-agents/index.ts')} };`);
    const replayed = await project.replay('recorded', '--histories', join(REPOSITORY, 'test/replay/histories/0.1'));
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
  });
});
