/** Condition: the human's branch where one was asked, else the evaluator's. */
import { stepInputVariables, truthy } from '../define/cel-variables.ts';
import type { ConditionNode } from '../define/condition.ts';
import { isExpression } from '../define/expression.ts';
import type { Body } from './round.ts';
import { containerOutput } from './output.ts';
import { type Here, inside, stepInput } from './scope.ts';
import { runSequence } from './sequence.ts';
import type { Durable } from '../human/durable.ts';

export const runCondition: Body<ConditionNode> = function* (node, here, round, runNode) {
  const met = node.humanReview?.requiresConfirmation
    ? !round.elseBranch
    : yield* here.place.result('met', () => evaluate(node, here));
  const branch = met ? node.steps : node.elseSteps;
  if (branch.length === 0) return undefined;
  const frame = here.slot.open(node.name, 'Condition');
  yield* runSequence(branch, inside(here), frame, runNode, here.place);
  return containerOutput(frame);
};

function* evaluate({ evaluator }: ConditionNode, here: Here): Durable<boolean> {
  if (typeof evaluator === 'boolean') return evaluator;
  const input = stepInput(here);
  return truthy(
    isExpression(evaluator)
      ? evaluator.evaluate(stepInputVariables(input))
      : yield* here.scope.run.desk.settled(() => evaluator(input)),
  );
}
