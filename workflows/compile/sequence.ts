/** Children one after the other: what Steps, a branch of a Condition, an iteration, a route and a workflow have in common. */
import type { WorkflowNode } from '../define/node.ts';
import { segment } from '../define/path.ts';
import type { StepOutput } from '../define/step-output.ts';
import { after, type Flow } from './flow.ts';
import type { Durable } from '../human/durable.ts';
import type { Place } from '../human/place.ts';
import type { RunNode, Scope } from './scope.ts';
import type { Frame } from './tree.ts';

export interface SequenceResult {
  /** Outputs of this sequence alone. */
  readonly outputs: readonly StepOutput[];
  /** The flow after it. */
  readonly flow: Flow;
  /** A child ended the workflow. */
  readonly stopped: boolean;
}

export function* runSequence(
  nodes: readonly WorkflowNode[],
  scope: Scope,
  frame: Frame,
  runNode: RunNode,
  place: Place,
): Durable<SequenceResult> {
  const outputs: StepOutput[] = [];
  const times = new Map<string, number>();
  let { flow } = scope;
  let stopped = false;
  for (const node of nodes) {
    // By name, and not by position, which differs where another definition goes on; a selector may name a choice twice.
    const nth = (times.get(node.name) ?? 0) + 1;
    times.set(node.name, nth);
    const at = place.child(segment(node.name) + (nth === 1 ? '' : `~${nth}`));
    const output = yield* runNode(node, { ...scope, flow }, frame.slot(at));
    if (!output) continue;
    outputs.push(output);
    flow = after(flow, output);
    stopped = output.stop === true;
    if (stopped) break;
  }
  return { outputs: Object.freeze(outputs), flow, stopped };
}
