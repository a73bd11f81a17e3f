/** Runs a plain function inside the workflow: deterministic code, with the step's attempts and no backoff. */
import { ApplicationFailure } from '@temporalio/common';
import { once } from '../define/once.ts';
import { attemptsOf, runsOnce, type StepFunction, type StepNode } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import { type Durable, isThenable } from '../human/durable.ts';
import { isControl, throwIfEnded } from '../human/outcome.ts';
import { lostExecutor } from './lost-executor.ts';
import type { Here } from './scope.ts';

/** @throws {NodeFailure} that "may have run" where an activity that a gated function called was lost */
export function* callFunction(node: StepNode, fn: StepFunction, input: StepInput, here: Here): Durable<unknown> {
  const { scope } = here;
  const isOnce = runsOnce(node);
  const call = () => fn(input);
  // What begins only when somebody waits for it begins in there, too.
  const callOnce = () => {
    const returned = call();
    return isThenable(returned) ? Promise.resolve(returned) : returned;
  };
  const attempts = isOnce ? 1 : attemptsOf(node);
  for (let attempt = 1; ; attempt += 1) {
    yield* throwIfEnded(scope.branch);
    try {
      return yield* scope.run.desk.settled(isOnce ? () => once(callOnce) : call);
    } catch (error) {
      const final = error instanceof ApplicationFailure && error.nonRetryable === true;
      if (isControl(error) || final || attempt >= attempts) throw lostExecutor(node, error, here);
    }
  }
}
