/**
 * A loop of 5,000 reviewed iterations: does it complete, with bounded histories, bounded carried state, and the same time for
 * each iteration?
 *
 * `npm run bench:loop` · `npm run bench:loop -- 500`: so many iterations. Exits 1 where an iteration at the end takes 1.5x
 * one at the beginning, or more.
 */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { HoldpointClient } from 'holdpoint/client';
import { createWorker, startDevServer } from 'holdpoint/worker';
import { percentile, times } from '../statistics.ts';

const iterations = Number(process.argv[2] ?? 5_000);
const PARTS = 5;

Runtime.install({ logger: new DefaultLogger('ERROR') });
const server = await startDevServer({ log: console.error });
const connection = await NativeConnection.connect({ address: server.address });
const temporal = new Client({ connection: await Connection.connect({ address: server.address }) });
const taskQueue = 'bench-loop';
const workflowsPath = fileURLToPath(new URL('workflows.ts', import.meta.url));
const worker = await createWorker({ connection, taskQueue, workflowsPath, activities: {} });
try {
  process.exitCode = await worker.runUntil(review());
} finally {
  await connection.close();
  await temporal.connection.close();
  await server.stop();
}

/** @returns the exit code */
async function review(): Promise<number> {
  const client = new HoldpointClient(temporal, { taskQueue });
  const { runId } = await client.start('reviewed', { input: null });
  const handle = temporal.workflow.getHandle(runId);
  const samples: number[] = [];
  let answered = performance.now();
  for await (const event of client.events(runId)) {
    if (event.event !== 'StepOutputReview') continue;
    const now = performance.now();
    samples.push(now - answered);
    answered = now;
    if (samples.length % Math.ceil(iterations / PARTS) === 0) console.log(`${samples.length} iterations`);
    await handle.signal(samples.length < iterations ? 'reject' : 'approve', { requirement: event.requirement });
  }
  const { content, earlierRequirements = 0, stepRequirements, sessionState } = await client.getRun(runId);
  console.log(
    `${String(content).slice(0, 12)} · ${stepRequirements.length} requirements here, ${earlierRequirements} before`,
  );
  if (sessionState.drafts !== iterations) throw new Error(`${sessionState.drafts} drafts: not what was to be measured`);
  await executions(runId);
  const size = Math.floor(samples.length / PARTS);
  const medians = Array.from({ length: PARTS }, (_, part) =>
    percentile(samples.slice(part * size, (part + 1) * size), 50),
  );
  const ratio = medians.at(-1)! / medians[0]!;
  console.log(`ms per iteration, p50, by fifths: ${medians.map((ms) => ms.toFixed(1)).join(' ')}`);
  console.log(`last fifth / first fifth: ${times(ratio)}`);
  return ratio < 1.5 ? 0 : 1;
}

/** What each execution has in its history, and what it began with. */
async function executions(runId: string): Promise<void> {
  const { raw } = await temporal.workflow.getHandle(runId).describe();
  const events: number[] = [];
  const carried: number[] = [];
  for (let id: string | null | undefined = raw.workflowExecutionInfo?.firstRunId; id; ) {
    const history = (await temporal.workflow.getHandle(runId, id).fetchHistory()).events ?? [];
    events.push(history.length);
    carried.push(history[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[2]?.data?.length ?? 0);
    id = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  console.log(`${events.length} executions, of at most ${Math.max(...events)} events`);
  console.log(
    `carried, KB: ${carried
      .slice(1)
      .map((bytes) => (bytes / 1024).toFixed(0))
      .join(' ')}`,
  );
}
