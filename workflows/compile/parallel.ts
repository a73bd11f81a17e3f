/** Parallel: children side by side, joined in the order of their declaration. Each may pause. */
import type { ParallelNode } from '../define/parallel.ts';
import { sideBySide } from '../human/side-by-side.ts';
import { containerOutput } from './output.ts';
import type { Body } from './round.ts';
import { inside } from './scope.ts';

export const runParallel: Body<ParallelNode> = function* (node, here, _round, runNode) {
  const { run, branch: parent, state: shared } = here.scope;
  const frame = here.slot.open(node.name, 'Parallel');
  const children = node.steps.map((child) => {
    const state = shared.fork(here.place.recall(`state ${child.name}`));
    here.place.keep(`state ${child.name}`, state);
    return { child, slot: frame.slot(here.place.child(child.name)), state };
  });
  const work = children.map(
    ({ child, slot, state }) =>
      (branch: typeof parent) =>
        runNode(child, inside(here, { state, branch }), slot),
  );
  try {
    yield* sideBySide(run.desk, parent, work, here.place);
  } finally {
    // Also where one has failed: what the others have done is done.
    for (const { state } of children) shared.join(state);
  }
  return containerOutput(frame);
};
