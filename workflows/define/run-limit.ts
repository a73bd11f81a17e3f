/** The limit of payloads in a run, known to all code of the run, also to activities that functions of users call. */
import { CancellationScope } from '@temporalio/workflow';
import { PAYLOAD_LIMIT } from './payload-limit.ts';

/** By the run's outermost scope: what a module holds, all runs of a thread share. */
const limits = new WeakMap<CancellationScope, number>();

/** One for each execution. */
export function outermostScope(): CancellationScope {
  let scope = CancellationScope.current();
  while (scope.parent) scope = scope.parent;
  return scope;
}

/** For the whole execution. */
export function setPayloadLimit(limit: number): void {
  limits.set(outermostScope(), limit);
}

/** Bytes of JSON in one payload. */
export function payloadLimit(): number {
  return limits.get(outermostScope()) ?? PAYLOAD_LIMIT;
}
