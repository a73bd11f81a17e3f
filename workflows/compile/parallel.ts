/** Parallel: children side by side, joined in the order of their declaration. Each may pause. */
import { childrenOf, type WorkflowNode } from '../define/node.ts';
import type { ParallelNode } from '../define/parallel.ts';
import { sideBySide } from '../human/side-by-side.ts';
import { containerOutput } from './output.ts';
import type { Body } from './round.ts';
import { inside } from './scope.ts';

export const runParallel: Body<ParallelNode> = async (node, here, _round, runNode) => {
  const { run, branch: parent, state: shared } = here.scope;
  const frame = here.slot.open(node.name, 'Parallel');
  const children = node.steps.map((child) => ({ child, slot: frame.slot(), state: shared.fork() }));
  const work = children.map(
    ({ child, slot, state }) =>
      (branch: typeof parent) =>
        runNode(child, inside(here, { state, branch }), slot),
  );
  await sideBySide(run.desk, parent, work, node.steps.some(mayWait));
  for (const { state } of children) shared.join(state);
  return containerOutput(here, 'Parallel', frame.outputs());
};

/** May it wait for anything but its own code? Told by the definition alone, so that replays agree. */
function mayWait(node: WorkflowNode): boolean {
  if (node.humanReview !== undefined) return true;
  if (node.kind !== 'step') return childrenOf(node).some((children) => children.some(mayWait));
  const { executor } = node;
  if (executor.kind === 'workflow') return executor.definition.steps.some(mayWait);
  return executor.kind !== 'function' && !(executor.kind === 'activity' && executor.ref.local);
}
