/**
 * A workflow as a step: runs inline, with its own flow; its pauses are the parent's pauses. Its nodes see the
 * run's own additional data. As in agno they see nothing that a human gave to the step around them (H11), a `stop` inside
 * ends the nested workflow, not the parent, and a nested workflow that ran to its end has succeeded.
 */
import type { WorkflowDefinition } from '../define/definition.ts';
import { isNothing, type StepOutput } from '../define/step-output.ts';
import { FAILURE } from '../protocol/failure.ts';
import { checkInput } from '../protocol/input-schema.ts';
import { EMPTY_FLOW } from './flow.ts';
import { type Durable, waitFor } from '../human/durable.ts';
import { NodeFailure } from '../human/outcome.ts';
import { withStacks } from '../human/stacks.ts';
import { containerOutput } from './output.ts';
import { type Here, inside, type RunNode } from './scope.ts';
import { runSequence } from './sequence.ts';

export function* runNestedWorkflow(definition: WorkflowDefinition, here: Here, runNode: RunNode): Durable<StepOutput> {
  const { scope, node, path, slot } = here;
  const { lastContent } = scope.flow;
  const given = isNothing(lastContent) ? scope.input : lastContent;
  // Kept, since a schema may fill in what is different each time.
  const input = yield* here.place.result('input', function* () {
    const checked = yield* waitFor(withStacks(() => checkInput(definition.inputSchema, given)));
    if (checked.ok) return checked.value;
    throw new NodeFailure(
      `the input of '${definition.name}' does not fit: ${checked.problem}`,
      path,
      FAILURE.invalidInput,
    );
  });
  const { additionalData } = scope.run;
  const frame = slot.open(node.name, 'Workflow');
  yield* runSequence(
    definition.steps,
    inside(here, { input, additionalData, flow: EMPTY_FLOW }),
    frame,
    runNode,
    here.place,
  );
  return containerOutput(frame, { stop: false, success: true });
}
