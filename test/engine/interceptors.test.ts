/** A worker and a client with interceptors of their own, of every side: gates, answers and records are as without. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { type ActivityInterceptorsFactory, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { StepInput } from '../../activities/index.ts';
import { HoldpointClient } from '../../client/client.ts';
import { RunFailed } from '../../client/errors.ts';
import type { Run } from '../../client/run.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { replayProblems } from '../support/replay.ts';
import { openServer, type TestServer } from '../support/server.ts';

const path = (file: string) => fileURLToPath(new URL(`../workflows/intercepted/${file}`, import.meta.url));
const workflowsPath = path('index.ts');
const workflowModules = [path('interceptors.ts')];

const activities = {
  pay: async (input: StepInput) => ({ isStepInput: input instanceof StepInput, keys: Object.keys(input) }),
  hang: () => Context.current().cancelled,
};

const unpacks: ActivityInterceptorsFactory = () => ({
  inbound: {
    execute(input, next) {
      const { packed } = input.args[0] as { packed?: unknown[] };
      return next(packed ? { ...input, args: packed } : input);
    },
  },
});

let server: TestServer;
let client: HoldpointClient;
const taskQueue = `intercepted-${randomUUID()}`;
const warn = vi.spyOn(Runtime.instance().logger, 'warn');
beforeAll(async () => {
  server = await openServer();
  const interceptors = { workflowModules, activity: [unpacks] };
  await server.worker({ taskQueue, activities, interceptors, workflowsPath, workflowBundle: undefined as never });
  client = new HoldpointClient(server.client, { taskQueue });
});
afterAll(async () => {
  warn.mockRestore();
  await server.close();
});

async function start(workflow: string, does: string): Promise<Run> {
  const workflowId = `${workflow}-${randomUUID()}`;
  await server.client.workflow.start(workflow, { taskQueue, workflowId, args: ['IN'], memo: { does } });
  return client.wait(workflowId);
}

async function confirmed(run: Run, by: HoldpointClient = client): Promise<Run> {
  for (const requirement of run.activeStepRequirements) requirement.confirm();
  return by.continueRun(run, { by: 'ann', timeout: '20s' });
}

test('modules that are bundled are not announced as ignored', () => {
  expect(warn.mock.calls.flat().join('\n')).not.toMatch(/workflowModules/);
});

test('arguments that are packed in the workflow and unpacked in the worker reach the step as they are', async () => {
  const { content } = await confirmed(await start('intercepted', 'pack'));
  expect(content).toMatchObject({ isStepInput: true });
  expect(JSON.stringify(content)).not.toContain('__holdpoint');
});

test('an answer that is looked at before it is handed on is waited for, and was never refused', async () => {
  const { status, runId } = await confirmed(await start('intercepted', 'authorize'));
  expect(status).toBe('completed');
  const history = await server.client.workflow.getHandle(runId).fetchHistory();
  const { code } = await bundleWorkflows({ workflowsPath, workflowInterceptorModules: workflowModules });
  expect(await replayProblems(code, [{ workflowId: runId, history }])).toEqual([]);
});

test('a run that leaves its execution takes no answer from who looks at it', async () => {
  let run = await start('interceptedLong', 'authorize');
  const handle = server.client.workflow.getHandle(run.runId);
  const first = (await handle.describe()).runId;
  for (let answers = 1; answers <= 5; answers += 1) {
    run = await confirmed(run);
    expect(run).toMatchObject({ pausedStepName: `step${answers}`, refusedAnswers: { count: 0 } });
  }
  expect((await handle.describe()).runId).not.toBe(first);
  await handle.terminate();
});

test('an answer that a run took as it left its execution is known there, also where no query is answered', async () => {
  const query = async () => {
    throw new Error('no queries here');
  };
  const temporal = new Client({ connection: server.client.connection, interceptors: { workflow: [{ query }] } });
  const blind = new HoldpointClient(temporal, { taskQueue });
  let run = await start('interceptedLong', '');
  while (run.isPaused) run = await confirmed(run, blind);
  expect(run).toMatchObject({ status: 'completed', content: 8 });
  // The task that brought the last answer ended the run: nothing is at work.
  expect(run.handling).toBeUndefined();
});

test('what was lost behind a gate is asked about, also where its failure is put into another', async () => {
  const run = await confirmed(await start('interceptedLoss', 'rewrap'));
  expect(run.stepsWithErrors).toMatchObject([{ mayHaveRun: true, message: expect.stringMatching(/may have run/) }]);
  await client.cancel(run.runId, 'seen');
});

test('a failed run has its outputs and events, also where its failure is put into another', async () => {
  const workflowId = randomUUID();
  const handle = await server.client.workflow.start('interceptedError', {
    ...{ taskQueue, workflowId, args: ['IN'], memo: { does: 'rewrap' } },
  });
  await expect(client.wait(workflowId)).rejects.toThrow(RunFailed);
  expect(await client.getRun(handle.workflowId)).toMatchObject({
    ...{ status: 'failed', complete: true, error: { message: 'no paper', path: 'fail' } },
    stepResults: [{ name: 'draft', content: 'drafted' }, { name: 'fail' }],
  });
  const events: string[] = [];
  for await (const { event } of client.events(workflowId)) events.push(event);
  expect(events.slice(-3)).toEqual(['StepStarted', 'StepCompleted', 'WorkflowError']);
});
