/**
 * Temporal's worker formats a stack by the source map for every promise that workflow code makes, for the Call Stack of the Web
 * UI: some 80 µs each, and memory for as long as it is pending. The run's own code does without, but for one where it waits.
 *
 * The worker's promise hook makes an `Error` without arguments in the sandbox and reads its stack (the SDK's
 * `worker/src/workflow/vm-shared.ts`). While the run's own code is at work, never across an `await`, that one has none. The
 * functions that it calls meanwhile have the real `Error`; what Temporal calls at once where an activity or a timer begins –
 * outbound interceptors, converters – has not. Where an SDK takes stacks in another way, they are taken again.
 */
import { workflowInfo } from '@temporalio/workflow';
import { activator } from './activator.ts';

const full = Error as ErrorConstructor & { captureStackTrace?(error: Error, above: unknown): void };

const bare: ErrorConstructor = new Proxy<ErrorConstructor>(full, {
  construct: function trap(target, args, made): Error {
    if (made === bare && args.length === 0) return Object.create(target.prototype, NO_STACK) as Error;
    const error = Reflect.construct(target, args, made) as Error;
    // Its first frame is not this function.
    full.captureStackTrace?.(error, trap);
    return error;
  },
});
const NO_STACK = { stack: { value: '', writable: true, configurable: true } };

/** Calls the run's own code. */
export function withoutStacks<T>(code: () => T): T {
  return within(full, bare, code);
}

/** Calls a function of the user's out of the run's own code. */
export function withStacks<T>(code: () => T): T {
  return within(bare, full, code);
}

/** Shows in the Call Stack that the code that calls this waits for the promise. */
export function showWaiting(promise: Promise<unknown>): void {
  // Not by `withStacks`: the Call Stack shows ten frames.
  if (globalThis.Error !== bare) return;
  globalThis.Error = full;
  promise.then(noop, noop);
  globalThis.Error = bare;
}

/** Jobs of one workflow task: more than people send at once. */
const FLOOD = 1_000;

/**
 * Where so much has come for one workflow task, what the SDK does with it is without stacks, and with it handlers and conditions of
 * the user's: else thousands of signals take more than the five seconds that it gives a task, and to stop it may end the worker.
 */
export function withoutStacksInFloods(): void {
  // In its first task, the run begins when all has come.
  leaveOut(workflowInfo().historyLength);
  activator()?.interceptors?.internals?.unshift({
    activate(input, next) {
      leaveOut(input.activation.jobs.length);
      next(input);
    },
    concludeActivation(input, next) {
      const output = next(input);
      if (globalThis.Error === bare) globalThis.Error = full;
      return output;
    },
  });
}

function leaveOut(jobs: number): void {
  if (jobs >= FLOOD && globalThis.Error === full) Reflect.set(globalThis, 'Error', bare);
}

/** An `Error` that users have put there stays, also where they did so meanwhile; and so does one that they have locked. */
function within<T>(before: ErrorConstructor, meanwhile: ErrorConstructor, code: () => T): T {
  if (globalThis.Error !== before || !Reflect.set(globalThis, 'Error', meanwhile)) return code();
  try {
    return code();
  } finally {
    if (globalThis.Error === meanwhile) globalThis.Error = before;
  }
}

function noop(): void {}
