/** The same with the CEL interpreter. */
import { condition, step, workflow } from 'holdpoint/workflow';
import { cel } from 'holdpoint/workflow/cel';

export const withCel = workflow({
  name: 'withCel',
  steps: [condition({ name: 'c', evaluator: cel('true'), steps: [step({ name: 'a', executor: () => 'a' })] })],
});
