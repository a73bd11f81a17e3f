/**
 * Temporal's worker formats a stack by the source map for every promise that workflow code makes, for the Call Stack of the Web
 * UI: some 80 µs each, and memory for as long as it is pending. The run's own code does without, but for one where it waits.
 *
 * The worker's promise hook makes an `Error` without arguments in the sandbox and reads its stack (the SDK's
 * `worker/src/workflow/vm-shared.ts`). While the run's own code is at work, never across an `await`, that one has none. The
 * functions that it calls meanwhile have the real `Error`; what Temporal calls – interceptors, converters, conditions – has it as
 * soon as it has waited. Where an SDK takes stacks in another way, they are taken again.
 */
import { activator } from './activator.ts';

const full = Error as ErrorConstructor & { captureStackTrace(error: Error, above: unknown): void };

const bare: ErrorConstructor = new Proxy<ErrorConstructor>(full, {
  construct: function trap(target, args, made): Error {
    if (made === bare && args.length === 0) return Object.create(target.prototype, { stack: { value: '' } }) as Error;
    const error = Reflect.construct(target, args, made) as Error;
    // Its first frame is not this function.
    full.captureStackTrace(error, trap);
    return error;
  },
});

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
  if (globalThis.Error !== bare || !become(full)) return;
  promise.then(noop, noop);
  become(bare);
}

/** Does the same where Temporal brings these signals, unless interceptors take part. */
export function leaveOutStacksOf(signals: ReadonlySet<unknown>): void {
  const { inbound, internals } = activator()?.interceptors ?? {};
  if (inbound?.length !== 0) return;
  internals?.unshift({
    activate(input, next) {
      const areOurs = input.activation.jobs.every(({ signalWorkflow }) => signals.has(signalWorkflow?.signalName));
      if (areOurs) withoutStacks(() => next(input));
      else next(input);
    },
  });
}

/** An `Error` that users have put there stays. */
function within<T>(before: ErrorConstructor, meanwhile: ErrorConstructor, code: () => T): T {
  if (globalThis.Error !== before || !become(meanwhile)) return code();
  try {
    return code();
  } finally {
    become(before);
  }
}

/** @returns whether it could: users may have frozen it */
function become(value: ErrorConstructor): boolean {
  return Reflect.defineProperty(globalThis, 'Error', { value, writable: true, enumerable: false, configurable: true });
}

function noop(): void {}
