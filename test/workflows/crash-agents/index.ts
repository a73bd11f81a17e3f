/** Agents whose worker is killed. They are in test/crash/agents.ts, and note what they do in a file. */
import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type { agents } from '../../crash/agents.ts';

const { thinker, payer } = proxyAgents<typeof agents>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '3s',
  retry: { initialInterval: '100ms' },
});

/** Killed while its model thinks. */
export const crashInModel = workflow({ name: 'crashInModel', steps: [step({ name: 'think', agent: thinker })] });

/** Killed while a tool runs: the one that the input names. */
export const crashInTool = workflow({
  name: 'crashInTool',
  // Even where errors are to be skipped, a human looks.
  steps: [step({ name: 'pay', agent: payer, humanReview: { onError: 'skip' } })],
});
