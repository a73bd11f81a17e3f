/**
 * Executors that run on the Node side: references to activities by name.
 * Temporal's own proxies show neither the name nor the options of an activity, so holdpoint has its own with the same
 * signatures; they are inert until a run calls them.
 */
import { ActivityCancellationType, ApplicationFailure } from '@temporalio/common';
import {
  type ActivityInterfaceFor,
  type ActivityOptions,
  type LocalActivityInterfaceFor,
  type LocalActivityOptions,
  proxyActivities as temporalProxyActivities,
  proxyLocalActivities as temporalProxyLocalActivities,
} from '@temporalio/workflow';
import { runsBesideOthers } from './beside.ts';
import { DefinitionError } from './definition-error.ts';
import type { DurationString } from './duration.ts';
import { payloadBytes } from './json.ts';
import { JOURNAL_MARK, ONCE_MARK } from './marks.ts';
import { begunOnce } from './once.ts';
import { PAYLOAD_LIMIT, TOO_LARGE, tooLarge } from './payload-limit.ts';
import { payloadLimit } from './execution-scope.ts';

// What the proxies give is of Temporal's types: declarations can name it also where pnpm hides Temporal's packages.
export type {
  ActivityFunctionWithOptions,
  ActivityInterfaceFor,
  LocalActivityFunctionWithOptions,
  LocalActivityInterfaceFor,
} from '@temporalio/workflow';

/** A reference to an activity: its type, its options, and whether it is a local one. */
export type ActivityRef =
  | { readonly local: false; readonly name: string; readonly options: ActivityOptions }
  | { readonly local: true; readonly name: string; readonly options: LocalActivityOptions };

const REF = Symbol.for('holdpoint.activityRef');

/** The reference behind a function made by holdpoint's proxies, or `undefined` for any other value. */
export function activityRef(value: unknown): ActivityRef | undefined {
  return typeof value === 'function' ? (value as { [REF]?: ActivityRef })[REF] : undefined;
}

/**
 * Activities as executors and as functions to call, with Temporal's signature and options.
 *
 * Retries: of a step's executor, a policy without `maximumAttempts` gets the step's attempts (`maxRetries + 1`), backoff as
 * Temporal's. What a function calls has this policy alone, so without `maximumAttempts` it is retried without end; but
 * where a human has confirmed the function's step, it runs once, unless the step is `idempotent`.
 * @throws {DefinitionError} where the options have no timeout
 * @example
 * const { fetchData } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
 */
export function proxyActivities<A = Record<string, never>>(options: ActivityOptions): ActivityInterfaceFor<A> {
  checkTimeout('proxyActivities', options);
  return proxy((name) => ({ local: false, name, options })) as ActivityInterfaceFor<A>;
}

/**
 * The same for local activities: they run inside the worker that runs the workflow, up to a few seconds each. Beside other
 * work, in a Parallel of several, they are scheduled as ordinary activities: {@link scheduledAs}.
 */
export function proxyLocalActivities<A = Record<string, never>>(
  options: LocalActivityOptions,
): LocalActivityInterfaceFor<A> {
  checkTimeout('proxyLocalActivities', options);
  return proxy((name) => ({ local: true, name, options })) as LocalActivityInterfaceFor<A>;
}

/** As Temporal's proxies: without one, an activity whose worker died would be waited for without end. */
function checkTimeout(name: string, options: ActivityOptions | LocalActivityOptions | undefined): void {
  if (options?.startToCloseTimeout === undefined && options?.scheduleToCloseTimeout === undefined) {
    throw new DefinitionError(name, "the options need a timeout, like { startToCloseTimeout: '1 minute' }.");
  }
}

function proxy(refOf: (name: string) => ActivityRef): object {
  const stubs = new Map<string, unknown>();
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string') return undefined;
        if (!stubs.has(name)) stubs.set(name, stub(refOf(name)));
        return stubs.get(name);
      },
    },
  );
}

/**
 * How a reference is scheduled here: a local activity that runs beside others as an ordinary one. Temporal's history does
 * not tell which of several local activities ended first, so whatever follows from it could differ in a replay. So it is
 * with one that is to run once: it would run again when its worker dies.
 */
export function scheduledAs(ref: ActivityRef): ActivityRef {
  if (!ref.local || !(runsBesideOthers() || begunOnce())) return ref;
  const { localRetryThreshold: _, ...options } = ref.options;
  return { local: false, name: ref.name, options };
}

interface TemporalStub {
  (...args: unknown[]): Promise<unknown>;
  executeWithOptions(options: object, args: unknown[]): Promise<unknown>;
}

/** Temporal's own stub of the reference: what really schedules. */
function temporalStub(ref: ActivityRef): TemporalStub {
  const stubs = ref.local ? temporalProxyLocalActivities(ref.options) : temporalProxyActivities(ref.options);
  return (stubs as Record<string, TemporalStub>)[ref.name]!;
}

/** How one call of an activity runs: what the step says, on top of what the proxy was given. */
export interface Execution {
  /** What the Web UI shows beside the activity's type. */
  readonly summary: string;
  readonly maximumAttempts: number;
  /** For remote activities. */
  readonly heartbeatTimeout?: DurationString | undefined;
}

/** The default of a step's `heartbeatTimeout`: how soon a dead worker is noticed. */
const DEFAULT_HEARTBEAT_TIMEOUT: DurationString = '30s';

/** Schedules the activity with these arguments and waits for it. */
export function executeActivity(ref: ActivityRef, execution: Execution, args: readonly unknown[]): Promise<unknown> {
  const { summary, maximumAttempts, heartbeatTimeout } = execution;
  const options = {
    summary,
    retry: { ...ref.options.retry, maximumAttempts },
    // A cancelled Parallel waits for what is still running, so that nothing works on behind an ended run.
    cancellationType: ref.options.cancellationType ?? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(ref.local
      ? {}
      : { heartbeatTimeout: heartbeatTimeout ?? ref.options.heartbeatTimeout ?? DEFAULT_HEARTBEAT_TIMEOUT }),
  };
  return temporalStub(ref).executeWithOptions(options, [...args]);
}

function stub(ref: ActivityRef): unknown {
  const executeWithOptions = (options: object, args: unknown[]) => {
    const begun = begunOnce();
    // Its function has failed, and the run goes on without it. An error would be one that nobody hears.
    if (begun && Object.isFrozen(begun)) return new Promise(() => {});
    const attempts = begun ? { retry: { maximumAttempts: 1 } } : {};
    const ended = temporalStub(scheduledAs(ref)).executeWithOptions({ ...options, ...attempts }, fitting(ref, args));
    begun?.push(ended);
    return ended;
  };
  const call = (...args: unknown[]) => executeWithOptions({}, args);
  const named = Object.defineProperty(call, 'name', { value: ref.name });
  return Object.assign(named, { [REF]: ref, executeWithOptions });
}

/**
 * The arguments that a function gives. A command that is too large would fail the workflow task for ever; and what somebody
 * else wrote, a tool's result for instance, must not pass for the run's own events, nor for what a human let run once.
 */
function fitting({ name }: ActivityRef, args: unknown[]): unknown[] {
  refuseMark(name, JOURNAL_MARK, args.at(-1));
  refuseMark(name, ONCE_MARK, args[0]);
  const size = args.reduce<number>((sum, each) => sum + payloadBytes(each), 0);
  const limit = size > PAYLOAD_LIMIT ? payloadLimit() : PAYLOAD_LIMIT;
  if (size <= limit) return args;
  throw ApplicationFailure.nonRetryable(tooLarge(`The arguments of '${name}' have ${size} bytes`, limit), TOO_LARGE);
}

function refuseMark(name: string, mark: string, argument: unknown): void {
  const value = argument as { toJSON?(): unknown } | null | undefined;
  if (mark in Object(value?.toJSON?.() ?? value)) throw ApplicationFailure.nonRetryable(`'${name}' takes no '${mark}'`);
}
