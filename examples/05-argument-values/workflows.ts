import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { clerk } = proxyAgents<typeof activities.agents>();

export const booking = workflow<string>({
  name: 'booking',
  steps: [step({ name: 'book', agent: clerk })],
});
