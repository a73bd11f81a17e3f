/**
 * Temporal's worker takes a stack for every promise that workflow code makes, for the Call Stack of the Web UI: some 80 µs each,
 * a third of what a workflow task of a run costs, and memory for as long as it is pending. So a run does without them, but
 * for one at each place where it waits; code of users has all of them.
 *
 * The worker's promise hook makes an `Error` without arguments in the sandbox, and reads its stack (the SDK's
 * `worker/src/workflow/vm-shared.ts`). Here that one has none; every other error is as ever. Where another version of the SDK
 * takes them in another way, they are taken again.
 */
import { activator } from './activator.ts';

const full = Error;

const bare: ErrorConstructor = new Proxy(full, {
  construct: (target, args, made) =>
    made === bare && args.length === 0
      ? (Object.create(target.prototype, { stack: { value: '', writable: true, configurable: true } }) as Error)
      : (Reflect.construct(target, args, made) as Error),
});

/** From here on in this execution, unless code of users runs around the workflow function. */
export function leaveOutStacks(workflow: unknown): void {
  if (activator()?.workflow === workflow) globalThis.Error = bare;
}

/** Shows in the Call Stack that the code that calls this waits for the promise. */
export function showWaiting(promise: PromiseLike<unknown>): void {
  if (globalThis.Error !== bare) return;
  const leaveOut = takeStacks();
  promise.then(noop, noop);
  leaveOut();
}

function noop(): void {}

/** All are taken again. @returns what leaves out again what was left out before */
export function takeStacks(): () => void {
  const before = globalThis.Error;
  globalThis.Error = full;
  return () => {
    globalThis.Error = before;
  };
}
