/** How a node can end other than with an output: an error of its own, or a human's no that ends the whole run. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { cut } from '../define/cut.ts';
import { describe } from '../define/describe.ts';
import { wellFormed } from '../define/json.ts';
import { type Branch, BranchStopped } from './branch.ts';
import { type Durable, waitFor } from './durable.ts';
import { FAILURE } from '../protocol/failure.ts';

/** A human's no with `cancel`: the run ends as `cancelled`, its execution completes. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';

  static rejected(stepName: string): RunCancelled {
    return new RunCancelled(`Workflow cancelled: Step '${stepName}' was rejected`);
  }

  static retriesSpent(stepName: string, maxRetries: number): RunCancelled {
    return new RunCancelled(`Max retries (${maxRetries}) reached for step '${stepName}'`);
  }
}

/** Characters of an error's message: it stands in outputs, requirements and the run's failure. */
const MESSAGE_LIMIT = 4000;

/** The error of a node, after its retries. */
export class NodeFailure extends Error {
  override readonly name = 'NodeFailure';
  /** Path of the node that failed first. */
  readonly path: string;
  readonly errorType: string | undefined;
  /** The executor may have run although no result arrived. */
  readonly mayHaveRun: boolean;

  constructor(message: string, path: string, errorType?: string, mayHaveRun = false) {
    super(wellFormed(cut(message, MESSAGE_LIMIT)));
    this.path = path;
    this.errorType = errorType === undefined ? undefined : wellFormed(errorType);
    this.mayHaveRun = mayHaveRun;
  }

  /** Whatever a node threw, as its failure; a child's failure stays the child's. */
  static of(error: unknown, path: string): NodeFailure {
    if (error instanceof NodeFailure) return error;
    const cause = error instanceof ActivityFailure && error.cause ? error.cause : error;
    if (cause instanceof ApplicationFailure) return new NodeFailure(cause.message, path, cause.type ?? undefined);
    if (cause instanceof Error) return new NodeFailure(textOf(cause, 'message'), path, textOf(cause, 'name'));
    return new NodeFailure(typeof cause === 'string' ? cause : `threw ${describe(cause)}`, path);
  }
}

/** Users throw what they like, also errors whose fields are no texts. */
function textOf(error: Error, field: 'message' | 'name'): string {
  try {
    return String(error[field] || error.name);
  } catch {
    return 'Error';
  }
}

/** Has Temporal cancelled what runs here? Then it schedules nothing. */
export function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/**
 * Needed where nothing else would notice: after an activity that ended well in spite of it, before inline code, at the end
 * of the run.
 */
export function* throwIfCancelled(): Durable<void> {
  if (isCancelled()) yield* waitFor(CancellationScope.current().cancelRequested);
}

/** Has a sibling ended it, or somebody the run, in this workflow task too? Then nothing new begins, whatever was answered. */
export function* throwIfEnded(branch: Branch): Durable<void> {
  branch.check();
  yield* throwIfCancelled();
}

/** Not an error of a node: it passes through every `onError` and every retry. */
export function isControl(error: unknown): boolean {
  if (error instanceof RunCancelled || error instanceof BranchStopped) return true;
  return isCancellation(error) && isCancelled();
}

/** What a human is told of an executor or a call for which {@link lossOf}. The words count: answers name their digest. */
export function lost(what: string, error?: unknown): string {
  const cause = lossOf(error);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  if (type === FAILURE.notStored) return `${what} may have run: ${(cause as Error).message}`;
  const why = isAnew(type)
    ? 'an operator paused, reset or retried it, or a deploy moved its run'
    : 'its worker died, or it took too long';
  return `${what} may have run: no result came back (${why})`;
}

/** Of an activity that was cut off, or scheduled anew, by Temporal's own means; the first two are the SDK's. */
function isAnew(type: string | undefined | null): boolean {
  return type === 'ActivityReset' || type === 'ActivityPause' || type === FAILURE.mayHaveRun;
}

/** The type of the failure with which a worker that shuts down gives back an activity that did not end in time. */
const WORKER_SHUTDOWN = 'WorkerShutdown';

/**
 * Did the activity possibly run although it failed? So it is when no result came in time – its worker died, hangs, or was
 * shut down in the middle, or it was scheduled anew –, or no result could be kept. An activity that no worker ever took
 * has not run.
 * @returns the failure that says so, also where somebody has put it into another error, or it is one of several
 */
export function lossOf(error: unknown): unknown {
  // Users throw what they like, also what is its own cause.
  const all = new Set([error]);
  for (const each of all) {
    const cause = each instanceof ActivityFailure ? each.cause : each;
    if (isLoss(cause)) return cause;
    // What caused an activity's failure is the activity's own affair.
    if (cause === each && each instanceof Error) {
      [each.cause].concat((each as AggregateError).errors).forEach((inner) => all.add(inner));
    }
  }
}

function isLoss(cause: unknown): boolean {
  if (cause instanceof ApplicationFailure) {
    return cause.type === WORKER_SHUTDOWN || cause.type === FAILURE.notStored || isAnew(cause.type);
  }
  return cause instanceof TimeoutFailure && cause.timeoutType !== TimeoutType.SCHEDULE_TO_START;
}
