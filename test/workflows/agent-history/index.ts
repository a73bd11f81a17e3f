/** An agent's long run, in a bundle of its own: a worker needs the agents that its workflows name. */
import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type { agents } from '../../engine/agent-history.test.ts';

const { walker } = proxyAgents<typeof agents>({ startToCloseTimeout: '10s' });

export const agentHistory = workflow({
  name: 'agentHistory',
  steps: [step({ name: 'walk', agent: walker, humanReview: { timeout: '1 hour' } })],
});
