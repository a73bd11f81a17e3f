/** Runs a plain function inside the workflow: deterministic code, with the step's attempts and no backoff. */
import { ApplicationFailure } from '@temporalio/common';
import type { StepFunction } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import type { Durable } from '../human/durable.ts';
import { isControl } from '../human/outcome.ts';
import type { Scope } from './scope.ts';

export function* callFunction(fn: StepFunction, input: StepInput, attempts: number, scope: Scope): Durable<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    scope.branch.check();
    try {
      return yield* scope.run.desk.settled(() => fn(input));
    } catch (error) {
      const final = error instanceof ApplicationFailure && error.nonRetryable === true;
      if (isControl(error) || final || attempt >= attempts) throw error;
    }
  }
}
