/** Runs a plain function inside the workflow: deterministic code, with the step's attempts and no backoff. */
import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope } from '@temporalio/workflow';
import { once } from '../define/once.ts';
import { attemptsOf, runsOnce, type StepFunction, type StepNode } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import { untilQuiet } from '../human/departure.ts';
import { type Durable, isThenable } from '../human/durable.ts';
import { lossOf, throwIfEnded } from '../human/outcome.ts';
import { lostExecutor } from './lost-executor.ts';
import type { Here } from './scope.ts';

/**
 * Where a gated function fails, what it has called comes to its end first, and what it calls then: nothing works on behind
 * the failure, and none of it is lost unheard.
 * @throws {NodeFailure} that "may have run" where an activity that a gated function called was lost
 */
export function* callFunction(node: StepNode, fn: StepFunction, input: StepInput, here: Here): Durable<unknown> {
  const { scope } = here;
  const { desk } = scope.run;
  const isOnce = runsOnce(node);
  const begun: Promise<unknown>[] = [];
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
      return yield* desk.settled(isOnce ? () => once(callOnce, begun) : call);
    } catch (error) {
      const final = error instanceof ApplicationFailure && error.nonRetryable === true;
      if (!final && attempt < attempts) continue;
      let ends: readonly PromiseSettledResult<unknown>[] = [];
      while (ends.length < begun.length) ends = yield* desk.settled(() => endsOf(begun));
      void Object.freeze(begun);
      const problems = ends.map((end) => (end as Partial<PromiseRejectedResult>).reason);
      throw lostExecutor(node, [error, ...problems].find(lossOf) ?? error, here);
    }
  }
}

/** Also what is left of the function has gone on by then, and may have called more. */
function endsOf(begun: readonly Promise<unknown>[]): Promise<PromiseSettledResult<unknown>[]> {
  return CancellationScope.nonCancellable(async () => {
    const ends = await Promise.allSettled(begun);
    await untilQuiet();
    return ends;
  });
}
