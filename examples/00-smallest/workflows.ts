import { step, workflow } from 'holdpoint/workflow';

export const refund = workflow<number>({
  name: 'refund',
  steps: [
    step({ name: 'draft', executor: ({ input }) => `Refund EUR ${input}` }),
    step({
      name: 'pay',
      executor: ({ previousStepContent }) => ({ paid: previousStepContent }),
      humanReview: {
        requiresConfirmation: true,
        confirmationMessage: 'Pay it?',
        timeout: '2 days',
        onTimeout: 'cancel',
      },
    }),
  ],
});
