/** Agents at the start of a worker: their activities, and the check of the workflows' references to them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { agent, team } from '../../../activities/agent.ts';
import { type ToolOptions, tool } from '../../../activities/tool.ts';
import { EncryptionCodec } from '../../../client/encryption-codec.ts';
import { withAgents } from '../../../worker/agents.ts';
import { bundleWorkflows } from '../../../worker/bundle.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { pause } from '../../../workflows/define/pause.ts';
import { ScriptedModel } from '../../kit/index.ts';
import { SENTENCE } from '../../support/define.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const DEFINE_FOLDER = join(REPOSITORY, 'workflows/define');

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-agents-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const files = new Map<string, string>();

/** A module of workflows with these definitions. */
function workflowsPath(text: string): string {
  const folder = join(root, `${files.size + 1}`);
  const file = files.get(text) ?? join(folder, 'workflows.ts');
  if (files.has(text)) return file;
  files.set(text, file);
  mkdirSync(folder);
  writeFileSync(
    file,
    `
import { proxyAgents } from '${DEFINE_FOLDER}/agent-ref.ts';
import { condition } from '${DEFINE_FOLDER}/condition.ts';
import { attachDefinition } from '${DEFINE_FOLDER}/definition.ts';
import { router } from '${DEFINE_FOLDER}/router.ts';
import { proxyActivities } from '${DEFINE_FOLDER}/activity-ref.ts';
import { pause } from '${DEFINE_FOLDER}/pause.ts';
import { step } from '${DEFINE_FOLDER}/step.ts';
import { defineWorkflow } from '${DEFINE_FOLDER}/workflow.ts';
const workflow = (options) => attachDefinition(async () => 1, defineWorkflow(options));
const { clerk, desk, cashier } = proxyAgents();
const run = () => 1;
const { charge } = proxyActivities({ startToCloseTimeout: '1s' });
const { distant } = proxyActivities({ startToCloseTimeout: '1s', taskQueue: 'far' });
${text}`,
  );
  return file;
}

const bundles = new Map<string, ReturnType<typeof bundleWorkflows>>();

/** Each module is bundled once. */
function bundle(file: string): ReturnType<typeof bundleWorkflows> {
  if (!bundles.has(file)) bundles.set(file, bundleWorkflows({ workflowsPath: file }));
  return bundles.get(file)!;
}

/** Evaluates `mine` from text that is put in its place later. */
const ANY = `
const text = decodeURIComponent('__TEXT__').replace('export const mine =', 'return');
const names = { proxyAgents, condition, router, proxyActivities, pause, step, workflow, clerk, desk, cashier, run, charge, distant };
export const mine = text === '__TEXT__' ? undefined : new Function(...Object.keys(names), text)(...Object.values(names));`;

/** The bundle of the workflow `mine` in this text, without bundling again. */
async function bundleOf(text: string): Promise<{ readonly code: string }> {
  const { code } = await bundle(workflowsPath(ANY));
  return { code: code.replace('__TEXT__', encodeURIComponent(text).replaceAll("'", '%27')) };
}

const model = new ScriptedModel(['hello']);
const inputSchema = z.object({ to: z.string() });
const execute = () => 'done';
const toolWith = (options: object) =>
  tool({ description: 'Pays', inputSchema, execute, ...options } as unknown as ToolOptions<unknown>);

const clerk = agent({ model, tools: { pay: toolWith({ requiresConfirmation: true }) } });
const desk = team({ model, members: { clerk } });
const agents = { clerk, desk };

const prepare = (worker: Partial<WorkerOptions>) => withAgents({ taskQueue: 'q', ...worker });

/** The two ways a worker gets its workflows: bundled before, or by the SDK. */
const WAYS = {
  'a bundle': async (file: string, worker: Partial<WorkerOptions>) => {
    return prepare({ workflowBundle: await bundle(file), ...worker });
  },
  'a bundle’s file': async (file: string, worker: Partial<WorkerOptions>) => {
    const { code } = await bundle(file);
    const codePath = file.replace(/ts$/, 'js');
    writeFileSync(codePath, code);
    return prepare({ workflowBundle: { codePath }, ...worker });
  },
  'a path': async (file: string, worker: Partial<WorkerOptions>) => {
    const prepared = await prepare({ workflowsPath: file, ...worker });
    const { bundlerOptions } = prepared;
    await bundleWorkflowCode({ workflowsPath: file, ...bundlerOptions, logger: new DefaultLogger('ERROR', () => {}) });
    return prepared;
  },
};
type Way = keyof typeof WAYS;
const EVERY_WAY = Object.keys(WAYS) as Way[];

async function refusal(start: () => Promise<unknown>): Promise<string> {
  const error = await start().then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(DefinitionError);
  expect((error as Error).message).toMatch(SENTENCE);
  return (error as Error).message;
}

const one = (step: string) => `export const mine = workflow({ name: 'mine', steps: [${step}] });`;

describe('the activities of a worker', () => {
  it('are its functions, and those of its agents', async () => {
    const { activities } = await prepare({ activities: { agents, fetchData: execute } });
    expect(Object.keys(activities!).sort()).toEqual(['clerk.generate', 'clerk.pay', 'desk.generate', 'fetchData']);
    expect((activities as { fetchData: unknown }).fetchData).toBe(execute);
  });

  it('are left alone without agents', async () => {
    expect(await prepare({ activities: { fetchData: execute } })).toEqual({
      ...{ taskQueue: 'q', activities: { fetchData: execute } },
    });
    expect(await prepare({})).toEqual({ taskQueue: 'q' });
    expect(await prepare({ activities: { agents: {} } })).toMatchObject({ taskQueue: 'q' });
  });

  it('have no function with the name of an agent’s', async () => {
    const activities = { agents, 'clerk.pay': execute };
    expect(await refusal(() => prepare({ activities }))).toBe(
      "activities: two activities would be named 'clerk.pay'; rename the agent or the function.",
    );
  });

  it('have no agents that are none', async () => {
    expect(await refusal(() => prepare({ activities: { agents: { clerk: execute } } }))).toContain('agents.clerk: ');
  });

  const codec = { encode: async (payloads: never) => payloads, decode: async (payloads: never) => payloads };
  it.each([
    ['256 KB', undefined, 256 * 1024],
    ['256 KB, also with an empty list of codecs', { payloadCodecs: [] }, 256 * 1024],
    ['256 KB with encryption that has no key', { payloadCodecs: [new EncryptionCodec(new Map())] }, 256 * 1024],
    ['as much as a message holds with a codec', { payloadCodecs: [codec] }, 1_800_000],
    ['as much as a message holds with an external storage', { externalStorage: {} as never }, 1_800_000],
  ])('return %s', async (_, dataConverter, limit) => {
    const returns = tool({
      description: 'Returns',
      inputSchema: z.object({ bytes: z.number() }),
      execute: ({ bytes }) => 'x'.repeat(bytes - 2),
    });
    const activities = { agents: { sender: agent({ model, tools: { returns } }) } };
    const worker = await prepare({ activities, ...(dataConverter && { dataConverter }) });
    const activity = (worker.activities as Record<string, (request: object) => Promise<object>>)['sender.returns']!;
    const outcome = (bytes: number) => new MockActivityEnvironment().run(activity, { args: { bytes } });
    expect(await outcome(limit)).toHaveProperty('result');
    expect(await outcome(limit + 1)).toEqual({
      error: `'returns' has run, but its result has ${limit + 1} bytes, more than the ${limit} that fit: ask it for less`,
    });
  });
});

describe.each(EVERY_WAY)('the references of workflows from %s', { timeout: 60_000 }, (way) => {
  const start = (text: string, worker: Partial<WorkerOptions> = { activities: { agents } }) =>
    WAYS[way](workflowsPath(text), worker);

  it('are taken where the worker has what they name', async () => {
    const worker = await start(`
      ${one("step({ name: 'a', agent: clerk }), step({ name: 't', team: desk })")}
      export async function plain() { return 1; }`);
    expect(Object.keys(worker.activities!)).toContain('clerk.generate');
  });

  it('are refused where it has not, by workflow, step and the names there are', async () => {
    expect(await refusal(() => start(one("step({ name: 'a', agent: cashier })")))).toBe(
      "mine/a: the worker has no agent 'cashier'; its activities export in `agents`: clerk, desk.",
    );
  });
});

describe('a reference', { timeout: 60_000 }, () => {
  const start = async (text: string, worker: Partial<WorkerOptions> = { activities: { agents } }) =>
    prepare({ workflowBundle: await bundleOf(text), ...worker });

  it('is found at every depth', async () => {
    const deep = `
      const inner = workflow({ name: 'inner', steps: [
        condition({ name: 'c', steps: [run], elseSteps: [
          router({ name: 'r', selector: () => 'b', choices: [step({ name: 'b', team: cashier })] }) ] }) ] });
      ${one("step({ name: 'n', workflow: inner })")}`;
    expect(await refusal(() => start(deep))).toMatch(/^mine\/n\/c\/r\/b: the worker has no team 'cashier'; /);
  });

  it('is refused where there are no agents at all', async () => {
    const text = one("step({ name: 'a', agent: clerk })");
    expect(await refusal(() => start(text, { activities: { fetchData: execute } }))).toBe(
      "mine/a: the worker has no agent 'clerk'; its activities export in `agents`: none.",
    );
  });

  it.each(['toString', '__proto__', 'constructor'])("is refused where it is '%s'", async (name) => {
    const names = ['toString', '__proto__', 'constructor'];
    const steps = names.map((each) => `step({ name: '${each}', agent: proxyAgents()['${each}'] })`);
    const others = names.filter((each) => each !== name).map((each) => [`${each}.generate`, execute]);
    expect(await refusal(() => start(one(steps.join()), { activities: Object.fromEntries(others) }))).toBe(
      `mine/${name}: the worker has no agent '${name}'; its activities export in \`agents\`: none.`,
    );
  });

  it('of an agent is none of a team, and the other way round', async () => {
    expect(await refusal(() => start(one("step({ name: 'a', agent: desk })")))).toBe(
      "mine/a: 'desk' is a team: write team: desk, not agent: desk.",
    );
    expect(await refusal(() => start(one("step({ name: 'a', team: clerk })")))).toBe(
      "mine/a: 'clerk' is an agent: write agent: clerk, not team: clerk.",
    );
  });

  it('of another task queue is another worker’s', async () => {
    const text = `const { far } = proxyAgents({ taskQueue: 'gpu' }); ${one("step({ name: 'a', agent: far })")}`;
    const activities = { agents };
    expect(await start(text, { activities, taskQueue: 'q' })).toBeDefined();
    expect(await refusal(() => start(text, { activities, taskQueue: 'gpu' }))).toContain(
      "the worker has no agent 'far'",
    );
  });

  it('is taken where the activities of the agent are written by hand', async () => {
    const activities = { 'cashier.generate': execute };
    expect(await start(one("step({ name: 'a', agent: cashier })"), { activities })).toMatchObject({ activities });
  });

  it('is nothing to a worker without activities: another has them', async () => {
    expect(await start(one("step({ name: 'a', agent: cashier })"), {})).not.toHaveProperty('activities');
  });

  describe("with onTimeout 'approve'", () => {
    const text = (ref: string, onTimeout = 'approve') =>
      one(`step({ name: 'a', ${ref}, humanReview: { timeout: '1 hour', onTimeout: '${onTimeout}' } })`);
    const sentence = (of: string) =>
      `mine/a: onTimeout 'approve' cannot give what the tool 'book' of ${of} asks for; use reject or cancel.`;

    const valued = {
      'a user input': toolWith({ requiresUserInput: true, userInputFields: ['to'] }),
      'a result': toolWith({ externalExecution: true, execute: undefined }),
    };
    it.each(Object.entries(valued))('is refused where a tool asks for %s', async (_, book) => {
      const activities = { agents: { clerk: agent({ model, tools: { book } }) } };
      expect(await refusal(() => start(text('agent: clerk'), { activities }))).toBe(sentence("agent 'clerk'"));
      expect(await start(text('agent: clerk', 'reject'), { activities })).toBeDefined();
    });

    it('is refused where a member’s tool asks for it', async () => {
      const member = agent({ model, tools: { book: valued['a result'] } });
      const nested = team({ model, members: { inner: team({ model, members: { member } }) } });
      const activities = { agents: { desk: nested } };
      expect(await refusal(() => start(text('team: desk'), { activities }))).toBe(sentence("team 'desk'"));
    });

    it('is taken where a yes is all that tools ask for', async () => {
      expect(await start(text('agent: clerk'))).toBeDefined();
    });
  });
});

describe('a worker with a path', { timeout: 60_000 }, () => {
  it('keeps its own hook of the bundler', async () => {
    const seen: unknown[] = [];
    const webpackConfigHook: NonNullable<NonNullable<WorkerOptions['bundlerOptions']>['webpackConfigHook']> = (
      config,
    ) => {
      seen.push(config.mode);
      return config;
    };
    const bundlerOptions = { webpackConfigHook, ignoreModules: ['left-pad'] };
    const file = workflowsPath(one("step({ name: 'a', agent: clerk })"));
    const worker = await WAYS['a path'](file, { activities: { agents }, bundlerOptions });
    expect(seen).toEqual(['development']);
    expect(worker.bundlerOptions).toMatchObject({ ignoreModules: ['left-pad'] });
  });

  it('leaves to the SDK what cannot be bundled', async () => {
    const start = WAYS['a path'](workflowsPath("export * from './nowhere.ts';"), { activities: { agents } });
    await expect(start).rejects.toThrow('Webpack finished with errors');
  });

  it('tells code that fails to load', async () => {
    const start = WAYS['a path'](workflowsPath('export const key = process.env.KEY;'), { activities: { agents } });
    await expect(start).rejects.toThrow(
      /^the workflow bundle: fails to load at .*workflows\.ts:\d+: ReferenceError: process/,
    );
  });
});

describe('what a definition says and nobody does', () => {
  const told = async (steps: string, activities: object = { agents }) => {
    const warn = vi.spyOn(Runtime.instance().logger, 'warn').mockImplementation(() => {});
    await prepare({ workflowBundle: await bundleOf(one(steps)), activities } as Partial<WorkerOptions>);
    const lines = warn.mock.calls.map(([line]) => line);
    warn.mockRestore();
    return lines;
  };

  it('is refused where it is a gate: pause() around an activity asks nobody (H1)', async () => {
    const activities = { charge: pause({ requiresConfirmation: true }, async () => 1) };
    await expect(prepare({ activities })).rejects.toThrow(
      'charge: pause() around an activity asks nobody; put it around the proxy in the workflow, or humanReview on the step.',
    );
  });

  it('is refused where it is a generator: what it yields, nobody gets', async () => {
    const charge = async function* () {};
    await expect(told(`step({ name: 'a', executor: charge })`, { charge })).rejects.toThrow(
      'mine/a: a generator gives a step no output',
    );
  });

  it('is told when a worker starts: questions without their flag, a lost pause(), an activity that is not there', async () => {
    const lines = await told(`
      step({ name: 'a', executor: run, humanReview: { confirmationMessage: 'Pay?', timeout: '1 day' } }),
      step({ name: 'b', executor: pause({ requiresConfirmation: true }, run), humanReview: { onError: 'pause' } }),
      condition({ name: 'c', steps: [step({ name: 'd', executor: charge })], humanReview: { confirmationMessage: 'Go?' } }),
      router({ name: 'e', selector: () => 'f', choices: [step({ name: 'f', executor: run })], humanReview: { outputReviewMessage: 'Good?' } }),
    `);
    expect(lines).toEqual([
      'mine/a: confirmationMessage asks nothing without requiresConfirmation: true.',
      'mine/b: its humanReview replaces the whole pause() of its function: requiresConfirmation is gone.',
      'mine/c: confirmationMessage asks nothing without requiresConfirmation: true.',
      "mine/c/d: this worker has no activity 'charge', which the step calls.",
      'mine/e: outputReviewMessage asks nothing without requiresOutputReview: true.',
    ]);
  });

  it('is told also by a worker that has workflows alone', async () => {
    const lines = await told(
      `
      step({ name: 'a', executor: run, humanReview: { confirmationMessage: 'Pay?' } }),
      step({ name: 'b', executor: charge }),
      step({ name: 'c', agent: clerk }),
    `,
      {},
    );
    expect(lines).toEqual(['mine/a: confirmationMessage asks nothing without requiresConfirmation: true.']);
  });

  it('is not told of what is meant', async () => {
    const lines = await told(
      `
      step({ name: 'a', executor: run, humanReview: { requiresConfirmation: false, confirmationMessage: 'Pay?' } }),
      step({ name: 'b', executor: pause({ requiresConfirmation: true }, run) }),
      step({ name: 'values', executor: run, humanReview: { requiresUserInput: true, confirmationMessage: 'How much?' } }),
      step({ name: 'c', executor: charge }),
      step({ name: 'd', executor: distant }),
      router({ name: 'e', selector: () => 'f', choices: [step({ name: 'f', executor: run })], humanReview: { requiresOutputReview: true, userInputMessage: 'Which?' } }),
    `,
      { charge: execute, *ofNoStep() {} },
    );
    expect(lines).toEqual([]);
  });
});
