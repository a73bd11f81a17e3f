/**
 * The runs whose histories are checked in under test/replay/histories: those without agents, and these. The structure of
 * these definitions must not change: a changed one refuses its recorded histories, as it should. New ones are welcome.
 */
import { parallel, proxyAgents, step, workflow } from 'holdpoint/workflow';
import type { agents } from '../../replay/agents.ts';

export * from '../replay.ts';
export * from '../by-hand.ts';

const { clerk, crew } = proxyAgents<typeof agents>({ startToCloseTimeout: '10s', retry: { initialInterval: '20ms' } });

/** A turn with every kind of call, then one that is asked again, then one that fails; gates of the step around. */
export const replayAgent = workflow({
  name: 'replayAgent',
  steps: [
    step({
      name: 'clerk',
      agent: clerk,
      humanReview: { requiresConfirmation: true, requiresOutputReview: true, onReject: 'retry' },
    }),
    step({ name: 'after', executor: ({ previousStepContent }) => previousStepContent }),
  ],
});

/** A team whose members wait side by side, beside another agent. */
export const replayTeam = workflow({
  name: 'replayTeam',
  steps: [parallel({ name: 'p', steps: [step({ name: 'crew', team: crew }), step({ name: 'clerk', agent: clerk })] })],
});

/** A tool call that nobody answers in time. */
export const replayToolDeadline = workflow({
  name: 'replayToolDeadline',
  steps: [step({ name: 'clerk', agent: clerk, humanReview: { timeout: '500ms', onTimeout: 'reject' } })],
});
