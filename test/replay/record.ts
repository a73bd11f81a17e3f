/**
 * Records the histories that replay.test.ts replays: `npm run record -- NAME…`, those of the scenarios whose names begin so.
 * Once a release is out, its histories stay: record beside them, into a folder of the new version.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection } from '@temporalio/worker';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { startDevServer } from '../../worker/dev-server.ts';
import { definitionOf } from '../../workflows/define/definition.ts';
import { fingerprintOf } from '../../workflows/define/structure.ts';
import { DEFINITION_MEMO_KEY } from '../../workflows/protocol/memo.ts';
import * as workflows from '../workflows/replay-agents/index.ts';
import { FOLDER } from './histories.ts';
import '../support/runtime.ts';
import { runWorker, TestRun } from '../support/server.ts';
import { agents } from './agents.ts';
import { play } from './play.ts';
import { activities, type Scenario, SCENARIOS } from './scenarios.ts';

const server = await startDevServer();
const { address } = server;
/** Instead of the process and the host. */
const identity = 'recorder';
const client = new Client({ connection: await Connection.connect({ address }), identity });
const connection = await NativeConnection.connect({ address });
const workflowsPath = fileURLToPath(new URL('../workflows/replay-agents/index.ts', import.meta.url));
const workflowBundle = await bundleWorkflows({ workflowsPath });
await mkdir(FOLDER, { recursive: true });

for (const searchAttributes of [true, false]) {
  const taskQueue = randomUUID();
  const options = {
    connection,
    taskQueue,
    identity,
    workflowBundle,
    activities: { ...activities, agents },
    searchAttributes,
  };
  const worker = runWorker(await createWorker(options));
  for (const [name, scenario] of Object.entries(SCENARIOS).filter(isWanted)) {
    const workflowId = `${name}${searchAttributes ? '' : '-plain'}`;
    const memo = scenario.startedBy === 'client' ? { memo: memoOf(scenario.workflow) } : {};
    const run = new TestRun(
      await client.workflow.start(scenario.workflow, {
        taskQueue,
        workflowId,
        args: [{ of: scenario.script ?? name }, { sessionId: 'recorded' }],
        ...memo,
      }),
    );
    await play(run, scenario);
    await writeFile(new URL(`${workflowId}.json`, FOLDER), scrubbed(historyToJSON(await run.handle.fetchHistory())));
    console.log(`${workflowId}: ${(await run.handle.describe()).status.name}`);
  }
  await worker.stop();
}
await connection.close();
await client.connection.close();
await server.stop();

function memoOf(workflow: string): Record<string, string> {
  const definition = definitionOf((workflows as Record<string, unknown>)[workflow])!;
  return { [DEFINITION_MEMO_KEY]: fingerprintOf(definition) };
}

function isWanted([name]: readonly [string, Scenario]): boolean {
  const wanted = process.argv.slice(2);
  return wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix));
}

/** Compact, and without what says more of this machine than of the run. */
function scrubbed(json: string): string {
  const history: unknown = JSON.parse(json, (key, value: unknown) => (key === 'stackTrace' ? '' : value));
  return `${JSON.stringify(history)}\n`;
}
