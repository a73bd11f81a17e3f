/** Step: calls its executor, function or agent, and turns what comes back into an output. Its gates are in node.ts, as everywhere. */
import { defined } from '../define/defined.ts';
import type { StepNode } from '../define/step.ts';
import { callActivity } from './call-activity.ts';
import { callAgent } from './call-agent.ts';
import { callFunction } from './call-function.ts';
import { runNestedWorkflow } from './nested-workflow.ts';
import type { Body } from './round.ts';
import { NodeFailure } from '../human/outcome.ts';
import { leafOutput } from './output.ts';
import { stepInput } from './scope.ts';

export const runStep: Body<StepNode> = function* (node, here, round, runNode) {
  const { executor } = node;
  if (executor.kind === 'workflow') return yield* runNestedWorkflow(executor.definition, here, runNode);
  const input = stepInput(here, defined({ userInput: round.userInput, ...round.feedback }));
  if (executor.kind === 'agent' || executor.kind === 'team') {
    const content = yield* callAgent(node, executor.ref, input, here);
    const usage = here.scope.run.usage.of(here.path);
    return Object.freeze(defined({ ...leafOutput(here, { content }), usage }));
  }
  const returned =
    executor.kind === 'activity'
      ? yield* callActivity(node, executor.ref, input, here)
      : yield* callFunction(node, executor.fn, input, here);
  const output = leafOutput(here, returned);
  // Only an explicit setting makes a reported failure count as one: by default it is an output like any other.
  const { onError } = here.review;
  if (!output.success && (onError === 'fail' || onError === 'pause')) {
    // What nobody has reviewed is not to be read in a failed node's output.
    if (here.review.requiresOutputReview === false) here.slot.set(output);
    throw new NodeFailure(output.error ?? `Step '${node.name}' reported a failure`, here.path);
  }
  return output;
};
