/** A gate in front of the step, and another one in the tool of its agent: one after the other, they ask. */
import { proxyActivities, proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { processor } = proxyAgents<typeof activities.agents>();
const { fetchData } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

export const dataPipeline = workflow<string>({
  name: 'dataPipeline',
  steps: [
    step({ name: 'fetch_data', executor: fetchData }),
    step({
      name: 'process_data',
      agent: processor,
      humanReview: {
        requiresConfirmation: true,
        confirmationMessage: 'Process sensitive data?',
        onReject: 'skip',
        timeout: '5 minutes',
        onTimeout: 'reject',
      },
    }),
  ],
});
