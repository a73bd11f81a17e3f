/** What became of an executor that a human let run once, where no result of it came back. */
import { runsOnce, type StepNode } from '../define/step.ts';
import { lossOf, lost, NodeFailure } from '../human/outcome.ts';
import { FAILURE } from '../protocol/failure.ts';
import type { Here } from './scope.ts';

/** The error itself, or where the executor may have run all the same, a {@link NodeFailure} that says so. */
export function lostExecutor(node: StepNode, error: unknown, { path }: Here): unknown {
  if (!runsOnce(node) || !lossOf(error)) return error;
  return new NodeFailure(lost(`The executor of '${node.name}'`, error), path, FAILURE.mayHaveRun, true);
}
