/**
 * Queries that the server hands over with a workflow task that another worker began and did not end (H6, H8): the run goes
 * on for the query, and must not stay there. workflows/run/task-guard.ts.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { NativeConnection } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { createWorker } from '../../worker/create-worker.ts';
import { FAILURE } from '../../workflows/protocol/failure.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { startProxy } from '../support/grpc-proxy.ts';
import { replayProblems } from '../support/replay.ts';
import { openOf, runWorker, TestRun } from '../support/server.ts';

const service = temporal.api.workflowservice.v1;
type Task = temporal.api.workflowservice.v1.IPollWorkflowTaskQueueResponse;

/** How long a worker may take for a workflow task before another gets it. */
const TASK_TIMEOUT = 5_000;
const QUERY = 'the query';
/** Of `TaskQueueKind`; the other one is a worker's own. */
const NORMAL = 1;

type Sent = (run: TestRun, first: StepRequirement, second: StepRequirement) => Promise<void>;

test.concurrent.each<[string, Sent]>([
  ['an answer to what the query showed', (run, _, second) => run.answer('approve', second)],
  ['the same answer again', (run, first) => run.answer('approve', first)],
])('the run is read from its history again where it gets %s meanwhile', async (_, send) => {
  const address = inject('address');
  const taskQueue = `early-${randomUUID()}`;
  const client = new Client({ connection: await Connection.connect({ address }) });
  const connection = await NativeConnection.connect({ address });
  const code = readFileSync(inject('bundlePath'), 'utf8');
  const workflowId = `early-${randomUUID()}`;
  const options = { taskQueue, workflowId, args: ['IN'], workflowTaskTimeout: TASK_TIMEOUT };
  const before = runWorker(await createWorker({ connection, taskQueue, workflowBundle: { code } }));
  const run = new TestRun(await client.workflow.start('twoQuestions', options));
  const first = await run.pausedAt('confirmation', 'first');
  await before.stop();

  let query: Uint8Array | undefined;
  let show!: (run: RunOutput) => void;
  const shown = new Promise<RunOutput>((resolve) => {
    show = resolve;
  });
  const proxy = await startProxy(address, (method, request) => {
    if (method === 'PollWorkflowTaskQueue' && query) {
      if (service.PollWorkflowTaskQueueRequest.decode(request).taskQueue?.kind !== NORMAL) return undefined;
      const handedOver = query;
      query = undefined;
      return handedOver;
    }
    if (method !== 'RespondQueryTaskCompleted') return undefined;
    const { taskToken, queryResult } = service.RespondQueryTaskCompletedRequest.decode(request);
    if (Buffer.from(taskToken).toString() !== QUERY) return undefined;
    show(JSON.parse(Buffer.from(queryResult!.payloads![0]!.data!).toString()));
    return service.RespondQueryTaskCompletedResponse.encode({}).finish();
  });
  const proxied = await NativeConnection.connect({ address: proxy.address });
  // Made before, so that it is at work well within the other worker's time.
  const next = await createWorker({ connection: proxied, taskQueue, workflowBundle: { code } });
  await run.answer('approve', first);
  const { workflowExecution, workflowType, previousStartedEventId } = await pollTask(client, taskQueue);
  query = service.PollWorkflowTaskQueueResponse.encode({
    ...{ taskToken: Buffer.from(QUERY), query: { queryType: 'run' }, history: await run.handle.fetchHistory() },
    workflowExecution: workflowExecution ?? null,
    workflowType: workflowType ?? null,
    workflowExecutionTaskQueue: { name: taskQueue, kind: NORMAL },
    previousStartedEventId: previousStartedEventId ?? null,
  }).finish();
  const after = runWorker(next);
  const [early] = openOf(await shown);
  await send(run, first, early!);

  // Asked at the time of its own task, not of the one that was never ended.
  const asked = await run.until((each) => openOf(each).some(({ createdAt }) => createdAt > early!.createdAt));
  const [second] = openOf(asked);
  const { events } = await run.handle.fetchHistory();
  const failed = events!.flatMap(({ workflowTaskFailedEventAttributes: task }) => task?.failure?.message ?? []);
  expect(failed).toEqual([expect.stringContaining(FAILURE.queriedEarly)]);
  await run.answer('approve', second!);
  expect((await run.result()).status).toBe('completed');
  expect(await replayProblems(code, [{ workflowId, history: await run.handle.fetchHistory() }])).toEqual([]);
  await after.stop();
  await proxied.close();
  proxy.stop();
  await connection.close();
  await client.connection.close();
});

/** A worker that takes the run's workflow task, and is never heard of again. */
function pollTask(client: Client, taskQueue: string): Promise<Task> {
  const poll = { namespace: 'default', taskQueue: { name: taskQueue, kind: NORMAL }, identity: 'killed' };
  return client.withDeadline(Date.now() + 10_000, () => client.workflowService.pollWorkflowTaskQueue(poll));
}
