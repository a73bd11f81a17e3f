/** Steps: its children in order. */
import type { StepsNode } from '../define/steps.ts';
import type { Body } from './round.ts';
import { containerOutput } from './output.ts';
import { inside } from './scope.ts';
import { runSequence } from './sequence.ts';

export const runSteps: Body<StepsNode> = function* (node, here, _round, runNode) {
  const frame = here.slot.open(node.name, 'Steps');
  yield* runSequence(node.steps, inside(here), frame, runNode, here.place);
  return containerOutput(frame);
};
