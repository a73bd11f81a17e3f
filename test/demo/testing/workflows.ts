/** docs/testing.md shows the files of this folder as those of a project of your own: this is what is tested. */
import { proxyActivities, proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { findOrder } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
const { clerk } = proxyAgents<typeof activities.agents>();

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

export const complaint = workflow<string>({
  name: 'complaint',
  steps: [
    step({ name: 'find', executor: findOrder }),
    step({ name: 'answer', agent: clerk, humanReview: { timeout: '1 day', onTimeout: 'reject' } }),
  ],
});
