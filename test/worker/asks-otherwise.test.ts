/** What `holdpoint replay` compares beyond Temporal: what a run has asked people, and what its code would ask now. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { fingerprintOf } from '../../workflows/define/structure.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { PAY, Project, REPOSITORY, TELL } from './project.ts';

let server: TestServer;
const projects: Project[] = [];

beforeAll(async () => {
  server = await openServer();
});
afterAll(async () => {
  for (const { cli } of projects) cli.close();
  await server.close();
});

function newProject(): Project {
  const project = new Project();
  projects.push(project);
  return project;
}

test('replay says which runs would ask something else than people were shown', async () => {
  const project = newProject();
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
  const keyOf = (name: string) => name.slice(workflow.length + 1);
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
  const bundle = await bundleWorkflows({ workflowsPath: write('one', 0) });
  const worker = await server.worker({ taskQueue, workflowBundle: bundle });
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
  await project.listed(server, runs.length + 1, "HoldpointStatus = 'paused'");

  const fingerprints = [...bundle.definitions].map(([name, definition]) => [keyOf(name), [fingerprintOf(definition)]]);
  write('two', 1, Object.fromEntries(fingerprints));
  const { code, json } = await project.replay('two', '--json');
  expect(code).toBe(1);
  const ofAnswered = json.broken.find(({ id }: any) => id === answered.handle.workflowId);
  expect(ofAnswered.message).toContain("'ask#confirmation' would ask something else");
  const said = Object.fromEntries(
    json.broken.filter((each: any) => each !== ofAnswered).map((each: any) => [keyOf(each.workflowName), each]),
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
  const project = newProject();
  const path = (name: string) => JSON.stringify(join(REPOSITORY, 'test', name));
  project.write('recorded.config.ts', `export default { workflows: ${path('workflows/replay-agents/index.ts')} };`);
  const replayed = await project.replay('recorded', '--histories', join(REPOSITORY, 'test/replay/histories/0.1'));
  expect(replayed).toMatchObject({ code: 0, stderr: '' });
});
