import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { releaser } = proxyAgents<typeof activities.agents>();

export const release = workflow<string>({
  name: 'release',
  steps: [step({ name: 'build', agent: releaser })],
});
