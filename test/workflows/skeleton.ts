/** The walking skeleton: one step, one confirmation. */
import { step, workflow } from 'holdpoint/workflow';

export const skeleton = workflow({
  name: 'skeleton',
  steps: [
    step({ name: 'a', executor: (input) => `a<${input.getInputAsString()}>` }),
    step({
      name: 'b',
      executor: (input) => `b<${input.previousStepContent}>`,
      humanReview: { requiresConfirmation: true, confirmationMessage: 'Go on?' },
    }),
  ],
});
