/**
 * Parallel: children side by side, joined in the order of their declaration. Each may pause; a failure or a cancel in one
 * ends the others in good order: nothing new starts, open questions are withdrawn, what runs finishes or is cancelled.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { ParallelNode } from '../define/parallel.ts';
import { Branch, BranchStopped } from '../human/branch.ts';
import { RunCancelled } from '../human/outcome.ts';
import { containerOutput } from './output.ts';
import type { Body } from './round.ts';
import { inside } from './scope.ts';

export const runParallel: Body<ParallelNode> = async (node, here, _round, runNode) => {
  const { desk } = here.scope.run;
  const frame = here.slot.open(node.name, 'Parallel');
  const branch = new Branch(here.scope.branch);
  const cancellation = new CancellationScope();
  const children = node.steps.map((child) => ({ child, slot: frame.slot(), state: here.scope.state.fork() }));
  let running = children.length;
  // The first child to end the Parallel decides how; held in an object because closures assign it.
  const ending: { error?: unknown } = {};

  const end = (error: unknown) => {
    if (error instanceof BranchStopped || branch.stopped) return;
    ending.error = error;
    branch.stop(error instanceof RunCancelled ? 'cancel' : 'failure');
    desk.withdrawStopped();
    if (error instanceof RunCancelled) cancellation.cancel();
  };

  await Promise.all(
    children.map(({ child, slot, state }) =>
      cancellation
        .run(() => runNode(child, inside(here, { state, branch }), slot))
        .catch(end)
        .finally(() => {
          running -= 1;
          // The others wait on: show what this one has settled, as no further step of it will.
          if (running > 0) desk.publish();
        }),
    ),
  );
  here.scope.branch.check();
  if ('error' in ending) throw ending.error;
  for (const { state } of children) here.scope.state.join(state);
  return containerOutput(here, 'Parallel', frame.outputs());
};
