/** Starts a run: what cannot be a run is refused here, before anything exists. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { definitionOf } from '../workflows/define/definition.ts';
import type { RunOptions } from '../workflows/protocol/run-output.ts';
import { checkInput } from '../workflows/protocol/input-schema.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STATUS, sessionAttribute } from '../workflows/protocol/search-attributes.ts';
import { InvalidInput, RunAlreadyExists, ServerUnavailable } from './errors.ts';
import { startOf } from './history-tail.ts';
import { Run, withCursor } from './run.ts';
import { adviceFor, inputLimitOf } from './size-limits.ts';
import { call, detailsOf, GRPC, grpcCode } from './server-call.ts';

// `any`: any workflow function can be started
export type WorkflowFunction = (...args: any[]) => Promise<unknown>;
/** A workflow, or the name it is exported under. */
export type WorkflowLike = WorkflowFunction | string;

export interface StartOptions<Input = unknown> extends RunOptions {
  readonly input: Input;
  /** The Temporal workflow id, used once. Default: the workflow's name and a random part. */
  readonly runId?: string;
  /** Default: the client's. */
  readonly taskQueue?: string;
}

/**
 * A run that was just started: nothing of it is known yet.
 * @throws {InvalidInput | RunAlreadyExists}
 */
export async function startRun(
  client: Client,
  workflow: WorkflowLike,
  options: StartOptions & { readonly taskQueue: string },
): Promise<Run> {
  const name = nameOf(workflow);
  const { input, taskQueue, runId = `${name}-${randomUUID()}` } = options;
  const runOptions = runOptionsOf(options);
  const args = Object.keys(runOptions).length === 0 ? [input] : [input, runOptions];
  const checked = await checkInput(definitionOf(workflow)?.inputSchema, input);
  if (!checked.ok) throw new InvalidInput(name, `the input is wrong: ${checked.problem}`);
  checkSize(client, name, args);
  const typedSearchAttributes = await firstAttributes(client, runOptions.sessionId ?? runId);
  const start = () =>
    client.workflow.start(name, {
      args,
      taskQueue,
      workflowId: runId,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      typedSearchAttributes,
    });
  try {
    const { firstExecutionRunId } = await call(client, start);
    return withCursor(newRun(name, runId, runOptions), startOf(firstExecutionRunId));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw new RunAlreadyExists(runId);
    if (grpcCode(error) === GRPC.invalidArgument) throw new InvalidInput(name, detailsOf(error));
    throw error;
  }
}

/** Whether a client's namespace knows holdpoint's search attributes. */
const knowing = new WeakMap<Client, boolean>();
/** Temporal's number of the type Keyword. */
const KEYWORD = 2;

/** The run's first search attributes, where the namespace knows them: so it is in lists before a worker takes it. */
async function firstAttributes(client: Client, sessionId: string): Promise<SearchAttributePair[]> {
  let knows = knowing.get(client);
  if (knows === undefined) {
    knows = await knowsAttributes(client);
    knowing.set(client, knows);
  }
  if (!knows) return [];
  return [
    { key: HOLDPOINT_STATUS, value: 'running' },
    { key: HOLDPOINT_SESSION, value: sessionAttribute(sessionId) },
  ];
}

/** Asked before and not tried: Temporal's test server starts a run and then says that it does not know an attribute. */
async function knowsAttributes(client: Client): Promise<boolean> {
  const { namespace } = client.options;
  const list = () => client.connection.operatorService.listSearchAttributes({ namespace });
  try {
    const { customAttributes } = await call(client, list);
    return [HOLDPOINT_STATUS, HOLDPOINT_SESSION].every(({ name }) => customAttributes[name] === KEYWORD);
  } catch (error) {
    if (error instanceof ServerUnavailable) throw error;
    // The run can do without, and says itself what is wrong with the namespace.
    return false;
  }
}

/** @throws {TypeError} */
function nameOf(workflow: WorkflowLike): string {
  const name = typeof workflow === 'string' ? workflow : (definitionOf(workflow)?.name ?? workflow?.name);
  if (typeof name === 'string' && name !== '') return name;
  throw new TypeError('run and start take a workflow, or the name that it is exported under.');
}

function runOptionsOf({ sessionId, additionalData, sessionState, userId }: StartOptions): RunOptions {
  return {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(additionalData === undefined ? {} : { additionalData }),
    ...(sessionState === undefined ? {} : { sessionState }),
    ...(userId === undefined ? {} : { userId }),
  };
}

function checkSize(client: Client, name: string, args: readonly unknown[]): void {
  const limit = inputLimitOf(client);
  if (limit === undefined) return;
  const size = Buffer.byteLength(jsonOf(name, args));
  if (size <= limit) return;
  throw new InvalidInput(
    name,
    `input and options have ${size} bytes of JSON, at most ${limit} are possible; ${adviceFor(limit)}`,
  );
}

function jsonOf(name: string, args: readonly unknown[]): string {
  try {
    return JSON.stringify(args);
  } catch (error) {
    throw new InvalidInput(name, `input and options must be JSON: ${(error as Error).message}`);
  }
}

function newRun(
  workflowName: string,
  runId: string,
  { sessionId = runId, userId, sessionState = {} }: RunOptions,
): Run {
  return new Run(
    {
      runId,
      workflowName,
      sessionId,
      ...(userId === undefined ? {} : { userId }),
      status: 'running',
      content: null,
      stepResults: [],
      stepRequirements: [],
      sessionState: sessionState as Run['sessionState'],
      refusedAnswers: { count: 0, newest: [] },
      sequence: 0,
    },
    false,
  );
}
