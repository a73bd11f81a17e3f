/** Random workflows, random answers, a worker that is killed at random: all watchers see one sequence of events (§9). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import type { Requirement } from '../../client/requirement.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import type { RunEvent } from '../../workflows/protocol/events.ts';
import { numbers } from './random-workflow.ts';
import { Workers } from './worker-process.ts';

const RUNS = 12;
/** Another one each time; a failure names it, and what keeps a run that does not end. */
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const GENERATOR = fileURLToPath(new URL('./random-workflow.ts', import.meta.url));
// Below the repository, so that its packages resolve.
const folder = mkdtempSync(join(dirname(GENERATOR), '../../node_modules/.random-workflows-'));

let temporal: Client;
let client: HoldpointClient;
let workers: Workers;
beforeAll(async () => {
  const workflowsPath = join(folder, 'workflows.mjs');
  const exports = Array.from({ length: RUNS }, (_, index) => {
    const name = `random${index}`;
    return `export const ${name} = randomWorkflow('${name}', ${SEED + index});`;
  });
  writeFileSync(workflowsPath, [`import { randomWorkflow } from ${JSON.stringify(GENERATOR)};`, ...exports].join('\n'));
  const bundle = join(folder, 'bundle.js');
  writeFileSync(bundle, (await bundleWorkflows({ workflowsPath })).code);
  temporal = new Client({ connection: await Connection.connect({ address: inject('address') }) });
  workers = new Workers(`random-${randomUUID()}`, bundle);
  client = new HoldpointClient(temporal, { taskQueue: workers.taskQueue, onWaiting: () => {} });
  await workers.start();
});
afterAll(async () => {
  await workers.close();
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

const random = numbers(SEED);

async function watch(runId: string): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of client.events(runId)) seen.push(event);
  return seen;
}

/** Any answer that the requirement takes. */
function decide(requirement: Requirement): void {
  const yes = random() < 0.75;
  if (!yes) requirement.reject('no');
  else if (requirement.kind === 'user_input') requirement.setUserInput({ any: 1 });
  else if (requirement.kind === 'route') requirement.select(requirement.availableChoices![0]!);
  else if (requirement.kind === 'output_review' && random() < 0.5) requirement.edit('edited');
  else if (requirement.kind === 'error') requirement.retry();
  else requirement.confirm();
}

/** Answers what is open, one at a time, until the run has ended – by the answer before, perhaps, after this one was read. */
async function answerAll(runId: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const run = await client.getRun(runId);
    if (run.status !== 'running' && run.status !== 'paused') return;
    const [requirement] = run.activeStepRequirements;
    if (requirement) {
      decide(requirement);
      await temporal.workflow
        .getHandle(runId)
        .signal('continueRun', { decisionId: randomUUID(), by: 'ann', decisions: [requirement.decision] })
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    }
    await sleep(30 + random() * 150);
  }
}

test(`seed ${SEED}`, { timeout: 120_000 }, async () => {
  const names = Array.from({ length: RUNS }, (_, index) => `random${index}`);
  const runs = await Promise.all(names.map((name) => client.start(name, { input: 'IN' })));
  const stop = new AbortController();
  const answering = runs.map(({ runId }) => answerAll(runId, stop.signal));
  const watching = runs.map(({ runId }) =>
    Array.from({ length: 3 }, async (_, index) => {
      await sleep(index * random() * 3000);
      return watch(runId);
    }),
  );
  for (let kill = 0; kill < 3; kill += 1) {
    await sleep(500 + random() * 1500);
    await workers.kill();
    await workers.start();
  }
  const timer = setTimeout(() => stop.abort(), 90_000);
  await Promise.race([Promise.all(answering), once(stop.signal, 'abort')]);
  clearTimeout(timer);
  expect(await unfinished(runs.map(({ runId }) => runId))).toEqual([]);
  for (const [index, watchers] of watching.entries()) {
    const seen = await Promise.all(watchers);
    const late = await watch(runs[index]!.runId);
    for (const each of seen) expect(each).toEqual(late);
    checkSequence(late);
  }
});

/** What keeps the runs that should have ended, as Temporal knows it; their histories are left in a folder. */
async function unfinished(runIds: readonly string[]): Promise<unknown[]> {
  const handles = runIds.map((runId) => temporal.workflow.getHandle(runId));
  const found = await Promise.all(
    handles.map(async (handle) => {
      const { status, memo, raw } = await handle.describe();
      if (status.name !== 'RUNNING') return [];
      const { events = [] } = await handle.fetchHistory();
      const failures = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
        failed ? [failed.failure?.message] : [],
      );
      writeFileSync(join(tmpdir(), `${handle.workflowId}.json`), JSON.stringify(historyToJSON({ events })));
      return [[handle.workflowId, failures, raw.pendingWorkflowTask, raw.pendingActivities, memo]];
    }),
  );
  return found.flat();
}

/** What must hold of the events of any run. */
function checkSequence(events: readonly RunEvent[]): void {
  const numbersOf = events.map(({ sequence }) => sequence);
  expect(numbersOf).toEqual([...new Set(numbersOf)].toSorted((a, b) => a - b));
  expect(events[0]!.event).toBe('WorkflowStarted');
  expect(events.at(-1)!.event).toMatch(/^Workflow(Completed|Cancelled|Error)$/);
  expect(events.filter(({ event }) => event === 'WorkflowStarted')).toHaveLength(1);
  const asked = events.flatMap((event) => ('requirement' in event && 'kind' in event ? [event.requirement] : []));
  const answered = events.flatMap((event) => ('resolution' in event ? [event.requirement] : []));
  expect(answered.toSorted((a, b) => a.localeCompare(b))).toEqual(asked.toSorted((a, b) => a.localeCompare(b)));
  expect(new Set(asked).size).toBe(asked.length);
  // Only a completed run has an end for every beginning: a human who cancels a payment that may have run ends the run there.
  if (events.at(-1)!.event !== 'WorkflowCompleted') return;
  const count = (suffix: string) => events.filter(({ event }) => event.endsWith(suffix)).length;
  expect(count('ExecutionStarted')).toBe(count('ExecutionCompleted'));
  expect(count('IterationStarted')).toBe(count('IterationCompleted'));
}
