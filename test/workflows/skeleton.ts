/** The walking skeleton: one step, one confirmation; and one with a deadline. */
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

export const deadline = workflow({
  name: 'deadline',
  steps: [step({ name: 'a', executor: () => 'a', humanReview: { requiresConfirmation: true, timeout: '2 days' } })],
});
