/** The smallest example under a name of its own: `replay --workflow` is of all runs of that name on the server. */
import { step, workflow } from 'holdpoint/workflow';

export const secretRefund = workflow({
  name: 'secretRefund',
  steps: [
    step({ name: 'look', executor: ({ input }) => `Refund EUR ${input}` }),
    step({
      name: 'pay',
      executor: ({ previousStepContent }) => ({ paid: previousStepContent }),
      humanReview: {
        requiresConfirmation: true,
        confirmationMessage: 'Pay it?',
        onReject: 'cancel',
        timeout: '2 days',
      },
    }),
  ],
});
