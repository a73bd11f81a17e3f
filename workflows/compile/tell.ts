/** The events of a node: that it starts, what it gave, that it is done. */
import { defined } from '../define/defined.ts';
import type { WorkflowNode } from '../define/node.ts';
import type { StepOutput } from '../define/step-output.ts';
import { contentFields } from '../human/journal.ts';
import { cut } from '../protocol/memo.ts';
import type { Here } from './scope.ts';

const STARTED = {
  step: 'StepStarted',
  steps: 'StepsExecutionStarted',
  condition: 'ConditionExecutionStarted',
  loop: 'LoopExecutionStarted',
  router: 'RouterExecutionStarted',
  parallel: 'ParallelExecutionStarted',
} as const satisfies Record<WorkflowNode['kind'], string>;

const COMPLETED = {
  step: 'StepCompleted',
  steps: 'StepsExecutionCompleted',
  condition: 'ConditionExecutionCompleted',
  loop: 'LoopExecutionCompleted',
  router: 'RouterExecutionCompleted',
  parallel: 'ParallelExecutionCompleted',
} as const satisfies Record<WorkflowNode['kind'], string>;

/** Characters of an error that an event shows. */
const ERROR_LIMIT = 500;

export function tellStarted({ scope, node, path }: Here): void {
  scope.run.desk.tell(STARTED[node.kind], path, {});
}

/** A step's output, before anybody has reviewed it. */
export function tellOutput({ scope, node, path }: Here, output: StepOutput): void {
  if (node.kind === 'step') scope.run.desk.tell('StepOutput', path, outcomeFields(output));
}

/** @param output `undefined`: the node is omitted */
export function tellCompleted({ scope, node, path }: Here, output: StepOutput | undefined): void {
  scope.run.desk.tell(COMPLETED[node.kind], path, output ? outcomeFields(output) : { success: true, omitted: true });
}

export function tellFailed({ scope, node, path }: Here, message: string): void {
  scope.run.desk.tell(COMPLETED[node.kind], path, { success: false, error: cut(message, ERROR_LIMIT) });
}

function outcomeFields({ content, success, error }: StepOutput) {
  return defined({ ...contentFields(content), success, error: error && cut(error, ERROR_LIMIT) });
}
