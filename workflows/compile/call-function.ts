/** Runs a plain function inside the workflow: deterministic code, with the step's attempts and no backoff. */
import { ApplicationFailure } from '@temporalio/common';
import { attemptsOf, runsOnce, type StepFunction, type StepNode } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import type { Durable } from '../human/durable.ts';
import { isControl, throwIfEnded } from '../human/outcome.ts';
import type { Here } from './scope.ts';

export function* callFunction(node: StepNode, fn: StepFunction, input: StepInput, { scope }: Here): Durable<unknown> {
  const attempts = runsOnce(node) ? 1 : attemptsOf(node);
  for (let attempt = 1; ; attempt += 1) {
    yield* throwIfEnded(scope.branch);
    try {
      return yield* scope.run.desk.settled(() => fn(input));
    } catch (error) {
      const final = error instanceof ApplicationFailure && error.nonRetryable === true;
      if (isControl(error) || final || attempt >= attempts) throw error;
    }
  }
}
