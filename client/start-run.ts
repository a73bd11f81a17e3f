/** Starts a run: what cannot be a run is refused here, before anything exists. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { defined } from '../workflows/define/defined.ts';
import { definitionOf } from '../workflows/define/definition.ts';
import { describe } from '../workflows/define/describe.ts';
import { isRecord } from '../workflows/define/json.ts';
import { fingerprintOf } from '../workflows/define/structure.ts';
import { DEFINITION_MEMO_KEY } from '../workflows/protocol/memo.ts';
import { optionsProblem } from '../workflows/protocol/run-options.ts';
import type { RunOptions } from '../workflows/protocol/run-output.ts';
import { checkInput } from '../workflows/protocol/input-schema.ts';
import { HOLDPOINT_SESSION, HOLDPOINT_STATUS, sessionAttribute } from '../workflows/protocol/search-attributes.ts';
import { describeRun } from './describe.ts';
import { InvalidInput, RunAlreadyExists } from './errors.ts';
import { oldestExecution, startOf } from './history-tail.ts';
import { Run, withCursor } from './run.ts';
import { missingAttributes } from './missing-attributes.ts';
import { adviceFor, inputLimitOf } from './size-limits.ts';
import { call, detailsOf, GRPC, grpcCode, inDoubt, isRunId } from './server-call.ts';

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

/** `input` may be left out where the workflow says that it needs none, as `workflow<void>` does. */
export type StartOptionsOf<W extends WorkflowFunction> =
  | StartOptions<Parameters<W>[0]>
  | (NeedsInput<Parameters<W>[0]> extends true ? never : WithoutInput);
type WithoutInput = Omit<StartOptions, 'input'> & { readonly input?: undefined };
/** `any` and `unknown` say nothing about it: then the input is not to be forgotten. */
type NeedsInput<Input> = unknown extends Input ? true : undefined extends Input ? false : true;

/**
 * A run that was just started: nothing of it is known yet.
 * @throws {InvalidInput | RunAlreadyExists}
 */
export async function startRun(
  client: Client,
  workflow: WorkflowLike,
  options: Omit<StartOptions, 'input'> & { readonly input?: unknown; readonly taskQueue: string },
): Promise<Run> {
  const name = nameOf(workflow);
  const { input, taskQueue, runId = `${name}-${randomUUID()}` } = options;
  const runOptions = runOptionsOf(options);
  const args = Object.keys(runOptions).length === 0 ? [input] : [input, runOptions];
  const problem = optionsProblem(runOptions) ?? idProblem(runId);
  if (problem !== undefined) throw new InvalidInput(name, problem);
  const foreign = foreignTo(input);
  if (foreign !== undefined) throw new InvalidInput(name, `the input must be JSON, got ${foreign}`);
  const definition = definitionOf(workflow);
  const checked = await checkInput(definition?.inputSchema, input);
  if (!checked.ok) throw new InvalidInput(name, `the input is wrong: ${checked.problem}`);
  checkSize(client, name, args);
  const start = (typedSearchAttributes: SearchAttributePair[]) =>
    call(client, () =>
      client.workflow.start(name, {
        args,
        taskQueue,
        workflowId: runId,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes,
        ...(definition ? { memo: { [DEFINITION_MEMO_KEY]: fingerprintOf(definition) } } : {}),
      }),
    );
  const doubt =
    runId.length > SQL_ID_LIMIT
      ? `has an id of ${runId.length} characters: on PostgreSQL or MySQL the server never takes more than ${SQL_ID_LIMIT}`
      : 'may have started all the same: look for it before you start it again';
  try {
    const started = withAttributes(client, runOptions.sessionId ?? runId, start);
    const { firstExecutionRunId } = await inDoubt(runId, doubt, started);
    return withCursor(newRun(name, runId, runOptions), startOf(firstExecutionRunId));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      if (options.runId !== undefined) throw new RunAlreadyExists(runId);
      // Nobody else has this id: the answer to this very start was lost, and the run has continued as new since.
      const first = describeRun(client, runId).then((now) => oldestExecution(client, runId, now));
      return withCursor(newRun(name, runId, runOptions), await inDoubt(runId, doubt, first));
    }
    if (grpcCode(error) === GRPC.invalidArgument) throw new InvalidInput(name, detailsOf(error));
    throw error;
  }
}

/** The columns of Temporal's SQL stores, but SQLite; the server refuses by not answering. */
const SQL_ID_LIMIT = 255;

/** Whether a client's namespace knows holdpoint's search attributes, and until when that counts. */
const knowing = new WeakMap<Client, { readonly knows: boolean; readonly until: number }>();
const UNKNOWN_MS = 60_000;
const QUESTION_MS = 2_000;

/** With the run's first search attributes, where the namespace knows them: so it is in lists before a worker takes it. */
async function withAttributes<T>(
  client: Client,
  sessionId: string,
  start: (attributes: SearchAttributePair[]) => Promise<T>,
): Promise<T> {
  // Whatever is no string, the run refuses with a sentence.
  if (typeof sessionId !== 'string' || !(await knowsAttributes(client))) return start([]);
  try {
    return await start([
      { key: HOLDPOINT_STATUS, value: 'running' },
      { key: HOLDPOINT_SESSION, value: sessionAttribute(sessionId) },
    ]);
  } catch (error) {
    // Registered a moment ago, and not known to all of the server yet; or removed since.
    const areUnknown = grpcCode(error) === GRPC.invalidArgument && detailsOf(error).includes('Holdpoint');
    if (!areUnknown) throw error;
    knowing.set(client, { knows: false, until: Date.now() + UNKNOWN_MS });
    return start([]);
  }
}

/** Asked first, not only tried: Temporal's test server starts a run and then says that it does not know an attribute. */
async function knowsAttributes(client: Client): Promise<boolean> {
  const known = knowing.get(client);
  if (known && Date.now() < known.until) return known.knows;
  const { namespace } = client.options;
  // The run can do without, whatever keeps the server from saying.
  const knows = await call(client, () => missingAttributes(client.connection, namespace), QUESTION_MS).then(
    // As the worker: all or none.
    (missing) => missing.length === 0,
    () => false,
  );
  knowing.set(client, { knows, until: knows ? Number.POSITIVE_INFINITY : Date.now() + UNKNOWN_MS });
  return knows;
}

/** What JSON would write as null, or as an object without anything in it: the run would get something else. */
function foreignTo(input: unknown): string | undefined {
  if (typeof input === 'function' || typeof input === 'symbol') return describe(input);
  return input instanceof Promise ? 'a promise: await it first' : undefined;
}

function idProblem(runId: unknown): string | undefined {
  if (isRunId(runId)) return undefined;
  return `runId must be a string of 1 to 1000 characters, got ${describe(runId)}`;
}

/** agno's `run` takes the input itself; as options, a text would say nothing. @throws {TypeError} */
export function checkStart(options: unknown): void {
  if (isRecord(options)) return;
  throw new TypeError(`A run is started with an object of options, { input, … }, got ${describe(options)}.`);
}

/** The workflow type. @throws {TypeError} */
export function nameOf(workflow: WorkflowLike): string {
  const name = typeof workflow === 'string' ? workflow : (definitionOf(workflow)?.name ?? workflow?.name);
  if (typeof name === 'string' && name !== '') return name;
  throw new TypeError('run and start take a workflow, or the name that it is exported under.');
}

function runOptionsOf({ sessionId, additionalData, sessionState, userId }: RunOptions): RunOptions {
  return defined({ sessionId, additionalData, sessionState, userId });
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
    defined({
      ...{ runId, workflowName, sessionId, userId },
      ...{ status: 'running', content: null, stepResults: [], stepRequirements: [] },
      sessionState: sessionState as Run['sessionState'],
      ...{ refusedAnswers: { count: 0, newest: [] }, sequence: 0 },
    }),
    false,
  );
}
