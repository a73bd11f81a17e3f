/** Runs a proxied activity, normal or local, for a step: with the step's name, attempts and heartbeat. */
import { type ActivityRef, executeActivity, scheduledAs } from '../define/activity-ref.ts';
import { jsonBytes } from '../define/json.ts';
import { marked } from '../define/marks.ts';
import { attemptsOf, runsOnce, type StepNode } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import type { Durable } from '../human/durable.ts';
import { argumentBytes } from './argument-bytes.ts';
import { lostExecutor } from './lost-executor.ts';
import type { Here } from './scope.ts';

/** @throws {NodeFailure} that "may have run" where a gated executor was lost with its worker */
export function* callActivity(node: StepNode, executor: ActivityRef, input: StepInput, here: Here): Durable<unknown> {
  const ref = scheduledAs(executor);
  const bytes = argumentBytes(input, here.path, `The input of '${node.name}'`);
  const once = runsOnce(node);
  try {
    const { name: summary, heartbeatTimeout } = node;
    const maximumAttempts = once ? 1 : attemptsOf(node, ref.options.retry);
    const execution = { summary, maximumAttempts, heartbeatTimeout };
    const { desk } = here.scope.run;
    // A local activity's arguments stay in the worker.
    if (ref.local) {
      const result = yield* desk.work(() => executeActivity(ref, execution, [input]), { brief: true, arrives: false });
      desk.departure.countLocal(jsonBytes(result ?? null));
      yield* desk.room.untilRoomy();
      return result;
    }
    const argument = marked(input.toJSON(), once);
    return yield* desk.carry(argument, bytes, here.scope.branch, (args) => executeActivity(ref, execution, args));
  } catch (error) {
    throw lostExecutor(node, error, here);
  }
}
