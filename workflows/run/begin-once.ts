/**
 * An execution is one run (H3, H5): a second one in it would ask under the same ids and work under the same idempotency keys, and
 * answers to the first could count for it.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { CancellationScope } from '@temporalio/workflow';
import { outermostScope } from '../define/execution-scope.ts';
import { FAILURE } from '../protocol/failure.ts';

const begun = new WeakSet<CancellationScope>();

/** @throws {ApplicationFailure} `holdpoint.InvalidInput` */
export function beginOnce(name: string): void {
  const execution = outermostScope();
  if (begun.has(execution)) {
    throw ApplicationFailure.nonRetryable(
      `A workflow execution is one run: start '${name}' as a child workflow (executeChild), or make it a step ({ workflow: ${name} })`,
      FAILURE.invalidInput,
    );
  }
  begun.add(execution);
}
