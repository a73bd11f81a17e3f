/** The same with holdpoint; and the hand-written one again, in a bundle that has holdpoint too. */
import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type { agents } from './agents.ts';

const { clerk } = proxyAgents<typeof agents>({ startToCloseTimeout: '1 minute' });

export const agentStep = workflow({
  name: 'agentStep',
  steps: [step({ name: 'refund', agent: clerk, humanReview: { timeout: '1 hour' } })],
});

export { agentByHand } from './by-hand.ts';
