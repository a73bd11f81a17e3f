/**
 * What all code of an execution knows, also activities that functions of users call: by its outermost scope, since what a
 * module holds, all runs of a thread share.
 */
import { CancellationScope } from '@temporalio/workflow';
import { PAYLOAD_LIMIT } from './payload-limit.ts';

/** One for each execution. */
export function outermostScope(): CancellationScope {
  let scope = CancellationScope.current();
  while (scope.parent) scope = scope.parent;
  return scope;
}

const limits = new WeakMap<CancellationScope, number>();

/** For the whole execution. */
export function setPayloadLimit(limit: number): void {
  limits.set(outermostScope(), limit);
}

/** Bytes of JSON in one payload. */
export function payloadLimit(): number {
  return limits.get(outermostScope()) ?? PAYLOAD_LIMIT;
}
