/** Runs whose models are asked over HTTP, in a bundle of their own: a worker needs the agents that its workflows name. */
import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type { wireAgents } from '../../wire/agents.ts';

const { clerk, typed, loose, byEnvironment, byHeader, byUse, bySetting, byAddress, byBrokenHeader } = proxyAgents<
  ReturnType<typeof wireAgents>
>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: '1s',
  retry: { initialInterval: '20ms' },
});

export const wireClerk = workflow({ name: 'wireClerk', steps: [step({ agent: clerk })] });
export const wireTwice = workflow({
  name: 'wireTwice',
  steps: [step({ name: 'first', agent: clerk }), step({ name: 'second', agent: clerk })],
});
export const wireTyped = workflow({ name: 'wireTyped', steps: [step({ agent: typed })] });
export const wireLoose = workflow({ name: 'wireLoose', steps: [step({ agent: loose })] });
export const wireByEnvironment = workflow({ name: 'wireByEnvironment', steps: [step({ agent: byEnvironment })] });
export const wireByHeader = workflow({ name: 'wireByHeader', steps: [step({ agent: byHeader })] });
export const wireByUse = workflow({ name: 'wireByUse', steps: [step({ agent: byUse })] });
export const wireBySetting = workflow({ name: 'wireBySetting', steps: [step({ agent: bySetting })] });
export const wireByAddress = workflow({ name: 'wireByAddress', steps: [step({ agent: byAddress })] });
export const wireByBrokenHeader = workflow({ name: 'wireByBrokenHeader', steps: [step({ agent: byBrokenHeader })] });
