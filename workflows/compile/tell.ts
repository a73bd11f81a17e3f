/** The events of a node: that it starts, what it gave, that it is done. */
import { defined } from '../define/defined.ts';
import { stepTypeOf, type WorkflowNode } from '../define/node.ts';
import type { StepOutput } from '../define/step-output.ts';
import { contentFields, shortText } from '../human/event-fields.ts';
import type { Here } from './scope.ts';

/** A step's events have agno's names of their own. */
function eventOf<What extends 'Started' | 'Completed'>(node: WorkflowNode, what: What) {
  const type = stepTypeOf(node);
  return type === 'Step' ? (`Step${what}` as const) : (`${type}Execution${what}` as const);
}

export function tellStarted({ scope, node, path }: Here): void {
  scope.run.desk.tell(eventOf(node, 'Started'), path, {});
}

/** A step's output, before anybody has reviewed it. */
export function tellOutput({ scope, node, path }: Here, output: StepOutput): void {
  if (node.kind === 'step') scope.run.desk.tell('StepOutput', path, outcomeFields(output));
}

/** @param output `undefined`: the node is omitted */
export function tellCompleted({ scope, node, path }: Here, output: StepOutput | undefined): void {
  scope.run.desk.tell(
    eventOf(node, 'Completed'),
    path,
    output ? outcomeFields(output) : { success: true, omitted: true },
  );
}

export function tellFailed({ scope, node, path }: Here, message: string): void {
  scope.run.desk.tell(eventOf(node, 'Completed'), path, { success: false, error: shortText(message) });
}

function outcomeFields({ content, success, error }: StepOutput) {
  return defined({ ...contentFields(content), success, error: shortText(error) });
}
