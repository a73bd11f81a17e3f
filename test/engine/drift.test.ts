/** A changed definition never resumes under an old approval (H10): it fails closed, says where, and heals. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { loadBundle } from '../../worker/load-bundle.ts';
import { definitionOf } from '../../workflows/define/definition.ts';
import type { WorkflowNode } from '../../workflows/define/node.ts';
import { DEFINITION_MEMO_KEY } from '../../workflows/protocol/memo.ts';
import { step } from '../../workflows/define/step.ts';
import { steps } from '../../workflows/define/steps.ts';
import { defineWorkflow } from '../../workflows/define/workflow.ts';
import { changedPaths, fingerprintOf } from '../../workflows/define/structure.ts';
import { eventsOf, type History, ofType, untilHistory } from '../support/history.ts';
import { replayProblems } from '../support/replay.ts';
import { openServer, type RunningWorker, TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
/** One for each test, with one worker at a time. */
let taskQueue: string;
let code: string;
const effects: string[] = [];

beforeAll(async () => {
  server = await openServer();
  const workflowsPath = fileURLToPath(new URL('../workflows/drift/pipeline.ts', import.meta.url));
  code = (await bundleWorkflows({ workflowsPath })).code;
});
afterAll(() => server.close());
beforeEach(() => {
  taskQueue = randomUUID();
});

const activities = {
  effect: async ({ runId, path }: { runId: string; path: string }) => {
    effects.push(`${runId} ${path}`);
    return path;
  },
};

const bundleOf = (version: string, ...compatibleWith: readonly string[]) =>
  code.replaceAll('__VERSION__', [version, ...compatibleWith].join('|'));

/** A worker with this version of the definition. */
function deploy(version: string, ...compatibleWith: readonly string[]): Promise<RunningWorker> {
  return server.worker({ taskQueue, workflowBundle: { code: bundleOf(version, ...compatibleWith) }, activities });
}

const start = (workflow: string) => server.start(workflow, 'IN', undefined, { taskQueue });
const effectsOf = ({ handle }: TestRun) =>
  effects
    .filter((each) => each.startsWith(`${handle.workflowId} `))
    .map((each) => each.slice(handle.workflowId.length + 1));

/** Why the first task that failed did so. */
async function refusalOf({ handle }: TestRun): Promise<string> {
  const events = await untilHistory(handle, (each) => ofType(each, 'WorkflowTaskFailed').length > 0);
  return ofType(events, 'WorkflowTaskFailed')[0]!.workflowTaskFailedEventAttributes!.failure!.message!;
}

/** What a query meets there. It is no task of the run: none fails, so none has to be tried again. */
async function refusedBy(version: string, run: TestRun): Promise<string> {
  const changed = await deploy(version);
  const { message } = await run.output().then(
    () => expect.fail('the changed definition answers'),
    (error: Error) => error,
  );
  await changed.stop();
  return message;
}

/** The definition of a version, as its worker has it. */
function definitionIn(version: string) {
  const { drifting } = loadBundle(bundleOf(version), (problem, cause) => new Error(problem, { cause }));
  return definitionOf(drifting)!;
}

/** Version and the nodes that its error must name. */
const CHANGES = [
  ['renamed', ["'group/one'", "'group/uno'"]],
  ['added', ["'four'"]],
  ['removed', ["'group/two'"]],
  ['message', ["'ask'"]],
  ['gate', ["'ask'"]],
  ['deadline', ["'ask'"]],
  ['order', ["'group/one'", "'group/two'"]],
  ['branches', ["'choose/left'", "'choose/right'"]],
  ['executor', ["'group/one'"]],
] as const;

// A task that failed is tried again after 10 s.
describe('a definition changed under a paused run', { timeout: 180_000 }, () => {
  test('fails its tasks with an error that names the nodes; the old one heals the runs', async () => {
    // Each needs a worker of its own, so only some: a gate that is gone, another order, another executor.
    const deployed = CHANGES.filter(([version]) => ['gate', 'order', 'executor'].includes(version));
    const old = await deploy('old');
    const runs = new Map<string, TestRun>();
    for (const [version] of deployed) runs.set(version, await start('drifting'));
    for (const run of runs.values()) await run.pausedAt('confirmation');
    await old.stop();

    for (const [version, names] of deployed) {
      const run = runs.get(version)!;
      const changed = await deploy(version);
      await run.signal('approve', { requirement: 'ask#confirmation', by: 'ann' });
      const refusal = await refusalOf(run);
      await changed.stop();
      expect(refusal, version).toMatch(/^holdpoint\.DefinitionChanged: workflow 'drifting' was changed at /);
      const named = /changed at (.*) while/.exec(refusal)![1]!.split(', ').sort();
      expect(named, version).toEqual([...names].sort());
      expect(effectsOf(run), version).toEqual(['first']);
    }

    await deploy('old');
    for (const [version, run] of runs) {
      expect(await run.result(), version).toMatchObject({ status: 'completed', content: 'two' });
      expect(effectsOf(run), version).toEqual(['first', 'ask', 'group/one']);
    }
  });

  test.each(CHANGES)('every change is noticed, and where: %s', (version, names) => {
    const changed = changedPaths(fingerprintOf(definitionIn('old')), fingerprintOf(definitionIn(version)));
    expect(changed.map((path) => `'${path}'`).sort()).toEqual([...names].sort());
  });

  test('function bodies, retries and time limits are no change', async () => {
    const old = await deploy('old');
    const run = await start('drifting');
    const requirement = await run.pausedAt('confirmation');
    await old.stop();
    await deploy('harmless');
    await run.answer('approve', requirement);
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'two, improved' });
  });

  test('of 521 nodes, it is noticed', async () => {
    const old = await deploy('old');
    const run = await start('large');
    await run.pausedAt('confirmation');
    await old.stop();
    const changed = await deploy('added');
    await run.signal('reject', { requirement: 'ask#confirmation' });
    expect(await refusalOf(run)).toContain("workflow 'large' was changed at 'one more'");
    await changed.stop();
    await run.handle.terminate();
  });
});

describe('a definition that says compatibleWith', { timeout: 120_000 }, () => {
  /** A run that paused under the old definition, which is gone since; and the value that the error of the new one gave. */
  async function pausedBefore(workflow: string, version: string) {
    const old = await deploy('old');
    const run = await start(workflow);
    const requirement = await run.pausedAt('confirmation');
    await old.stop();
    const message = await refusedBy(version, run);
    const [, list = ''] = /compatibleWith: (\[.*\])\./.exec(message) ?? expect.fail(message);
    return { run, requirement, fingerprints: JSON.parse(list) as string[] };
  }

  test.each([
    ['drifting', ['first', 'ask', 'group/one', 'four'], 'four'],
    ['large', ['ask'], 'one more'],
  ])('takes over the open runs: %s', async (workflow, effectsThen, content) => {
    const { run, requirement, fingerprints } = await pausedBefore(workflow, 'added');
    await deploy('added', '0123456789ab:other=0123', ...fingerprints);
    const [asked] = await run.paused();
    expect(asked).toEqual(requirement);
    await run.answer('approve', requirement);
    expect(await run.result()).toMatchObject({ status: 'completed', content });
    expect(effectsOf(run)).toEqual(effectsThen);
    // Of new runs it asks nothing more: they need no promise.
    const next = await start(workflow);
    await next.answer('approve', await next.pausedAt('confirmation'));
    await next.result();

    const [before, after] = await Promise.all([run, next].map(({ handle }) => handle.fetchHistory()));
    const replays = (bundle: string, history: History) => replayProblems(bundle, [{ workflowId: 'run', history }]);
    expect(await replays(bundleOf('added', ...fingerprints), before!)).toEqual([]);
    expect(await replays(bundleOf('added'), after!)).toEqual([]);
    // It was taken over, not taken up: the old fingerprint is the only one in its history.
    expect((await replays(bundleOf('added'), before!))[0]).toContain('holdpoint.DefinitionChanged');
    expect((await replays(bundleOf('old'), after!))[0]).toContain('holdpoint.DefinitionChanged');
  });

  test('and asks otherwise by now refuses answers to what was asked before', async () => {
    const { run, requirement, fingerprints } = await pausedBefore('drifting', 'message');
    await deploy('message', ...fingerprints);
    await run.answer('approve', requirement);
    await run.until(({ refusedAnswers }) => refusedAnswers.newest.some(({ code }) => code === 'digest_mismatch'));
    expect(effectsOf(run)).toEqual(['first']);
    const [asked] = await run.paused();
    expect(asked!.message).toBe('Delete all?');
    await run.answer('approve', asked!);
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'two' });
  });

  test('and asks less withdraws what a run brought that continued as new', async () => {
    const old = await deploy('old');
    const run = await start('continued');
    const requirement = await run.pausedAt('confirmation');
    const { handle } = run;
    const execution = async () => (await server.client.workflow.getHandle(handle.workflowId).describe()).runId;
    const first = await execution();
    for (let sent = 0; sent < 40 && (await execution()) === first; sent += 1) {
      await run.signal('approve', { requirement: 'nobody' });
      await run.output();
    }
    expect(await execution()).not.toBe(first);
    await run.paused();
    await old.stop();
    const [, list = ''] = /compatibleWith: (\[.*\])\./.exec(await refusedBy('gate', run)) ?? expect.fail('no value');
    await deploy('gate', ...(JSON.parse(list) as string[]));
    const [asked] = await run.paused();
    expect(asked!.id).toBe('then#confirmation');
    await run.answer('reject', requirement, { by: 'eve' });
    await run.until(({ refusedAnswers }) => refusedAnswers.newest.at(-1)!.code === 'already_resolved');
    await run.answer('approve', asked!);
    const { stepRequirements } = await run.result();
    expect(stepRequirements.map(({ id, resolution }) => [id, resolution])).toEqual([
      ['ask#confirmation', 'withdrawn'],
      ['then#confirmation', 'confirmed'],
    ]);
  });

  test('and would not have done what an open run did lets it be', async () => {
    const { run, requirement, fingerprints } = await pausedBefore('drifting', 'gate');
    const broken = await deploy('gate', ...fingerprints);
    await run.answer('approve', requirement);
    expect(await refusalOf(run)).toContain('TMPRL1100');
    await broken.stop();
    expect(effectsOf(run)).toEqual(['first']);
    await run.handle.terminate();
  });
});

describe('the fingerprint that a client starts a run with', { timeout: 120_000 }, () => {
  /** As holdpoint's client starts a run of that definition; the client's own tests show that it does. */
  async function startedBy(definition: unknown): Promise<TestRun> {
    const workflowId = `drifting-${randomUUID()}`;
    const memo = { [DEFINITION_MEMO_KEY]: definition };
    return new TestRun(await server.client.workflow.start('drifting', { taskQueue, workflowId, args: ['IN'], memo }));
  }

  /** The patches in its history. */
  async function patchesOf({ handle }: TestRun): Promise<string[]> {
    const markers = ofType(await eventsOf(handle), 'MarkerRecorded');
    return markers.map(({ markerRecordedEventAttributes: marker }) => {
      const [payload] = marker!.details!['patch-data']!.payloads!;
      return (JSON.parse(Buffer.from(payload!.data!).toString()) as { id: string }).id;
    });
  }

  /** Of a definition, as its runs record it that nobody gives one. */
  async function fingerprintOfVersion(version: string): Promise<string> {
    const worker = await deploy(version);
    const run = await start('drifting');
    await untilHistory(run.handle, (events) => ofType(events, 'WorkflowTaskCompleted').length > 0);
    await run.handle.terminate();
    await worker.stop();
    const [patch] = await patchesOf(run);
    return patch!.replace('holdpoint-definition:', '');
  }

  test('guards it without a patch: another definition is refused, the old one heals it', async () => {
    const fingerprint = await fingerprintOfVersion('old');
    const old = await deploy('old');
    const run = await startedBy(fingerprint);
    const requirement = await run.pausedAt('confirmation');
    await old.stop();
    expect(await patchesOf(run)).toEqual([]);

    const refusal = await refusedBy('gate', run);
    expect(refusal).toContain("holdpoint.DefinitionChanged: workflow 'drifting' was changed at 'ask' while");
    expect(refusal).toContain(`compatibleWith: [${JSON.stringify(fingerprint)}]`);
    const healed = await deploy('old');
    await run.signal('approve', { requirement: requirement.id });
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'two' });
    await healed.stop();
    const history = await run.handle.fetchHistory();
    const replays = (bundle: string) => replayProblems(bundle, [{ workflowId: run.handle.workflowId, history }]);
    expect(await replays(bundleOf('old'))).toEqual([]);
    expect(await replays(bundleOf('message', fingerprint))).toEqual([]);
    expect((await replays(bundleOf('message')))[0]).toContain('holdpoint.DefinitionChanged');
    expect(await patchesOf(run)).toEqual([]);
  });

  // Others that do not: test/unit/run/drift-guard.test.ts.
  test('of a compatible one does not stand for the definition that begins it', async () => {
    const [old, added] = [await fingerprintOfVersion('old'), await fingerprintOfVersion('added')];
    const first = await deploy('added', old);
    const run = await startedBy(old);
    await run.pausedAt('confirmation');
    await first.stop();
    expect(await patchesOf(run)).toEqual([`holdpoint-definition:${added}`]);

    const refusal = await refusedBy('old', run);
    expect(refusal).toContain("holdpoint.DefinitionChanged: workflow 'drifting' was changed at 'four'");
    await run.handle.terminate();
  });
});

describe('fingerprints', () => {
  const leaf = (name: string) => step({ name, executor: () => name });
  const fingerprint = (...nodes: WorkflowNode[]) => fingerprintOf(defineWorkflow({ name: 'w', steps: nodes }));
  const many = (count: number, prefix = 'node ') => Array.from({ length: count }, (_, i) => leaf(`${prefix}${i}`));

  test('stay bounded, and differ for any change', () => {
    for (const nodes of [many(500), many(500, 'ü'.repeat(150)), [steps({ name: 'all', steps: many(500) })]]) {
      const now = fingerprint(...nodes);
      expect(new TextEncoder().encode(now).length).toBeLessThan(2000);
      expect(fingerprint(...nodes, leaf('one more'))).not.toBe(now);
    }
    expect(fingerprint(...many(499), leaf('x'))).not.toBe(fingerprint(...many(499), leaf('y')));
  });

  test('where there is room for the top-level nodes only, they are named', () => {
    const group = (size: number) => steps({ name: 'group', steps: many(size) });
    expect(changedPaths(fingerprint(leaf('a'), group(200)), fingerprint(leaf('b'), group(200)))).toEqual(['a', 'b']);
  });

  test('names with the characters of a fingerprint are named in full', () => {
    expect(changedPaths(fingerprint(leaf('a=1, b'), leaf('c')), fingerprint(leaf('a=1, b2'), leaf('c')))).toEqual([
      'a=1, b',
      'a=1, b2',
    ]);
  });

  test('every part of a user input schema counts, also properties named as options of ours', () => {
    const asks = (type: string) =>
      step({
        name: 'ask',
        executor: () => '',
        humanReview: {
          requiresUserInput: true,
          userInputSchema: { type: 'object', properties: { options: { type } } },
        },
      });
    expect(changedPaths(fingerprint(asks('string')), fingerprint(asks('number')))).toEqual(['ask']);
  });
});
