import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { research, archivist } = proxyAgents<typeof activities.agents>();

export const report = workflow<string>({
  name: 'report',
  steps: [
    step({ name: 'research', team: research }),
    step({ name: 'file', agent: archivist }),
    // The archivist's answer is an object, as its outputSchema says.
    step({
      name: 'shelve',
      executor: ({ previousStepContent }) => ({ shelf: 'L', ...(previousStepContent as object) }),
    }),
  ],
});
