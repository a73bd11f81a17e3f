/** Runs whose worker is killed. Their activities are in test/crash/worker.ts and note each start and end in a file. */
import { proxyActivities, proxyLocalActivities, step, workflow } from 'holdpoint/workflow';
import type { activities } from '../crash/activities.ts';

const remote = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '100ms' },
});
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** Killed while a human thinks. */
export const crashAtPause = workflow({
  name: 'crashAtPause',
  steps: [
    step({ name: 'first', executor: remote.first }),
    step({ name: 'ask', executor: () => 'asked', humanReview: { requiresConfirmation: true } }),
    step({ name: 'last', executor: remote.last }),
  ],
});

export const crashInRemote = workflow({
  name: 'crashInRemote',
  steps: [
    step({ name: 'first', executor: remote.first }),
    step({ name: 'hang', executor: remote.hang, heartbeatTimeout: '3s' }),
    step({ name: 'last', executor: remote.last }),
  ],
});

export const crashInLocal = workflow({
  name: 'crashInLocal',
  steps: [
    step({ name: 'first', executor: remote.first }),
    step({ name: 'hang', executor: local.hang }),
    step({ name: 'last', executor: remote.last }),
  ],
});

/** Two local activities in one workflow task: Temporal records neither before the task completes. */
export const crashInTwoLocal = workflow({
  name: 'crashInTwoLocal',
  steps: [
    step({ name: 'first', executor: local.first }),
    step({ name: 'hang', executor: local.hang }),
    step({ name: 'last', executor: local.last }),
  ],
});

/** The sandbox cannot wait or note anything, so the step is one that takes its time. */
export const crashInInline = workflow({
  name: 'crashInInline',
  steps: [
    step({ name: 'first', executor: remote.first }),
    step({ name: 'spin', executor: spin }),
    step({ name: 'last', executor: remote.last }),
  ],
});

function spin(): string {
  let x = 1;
  for (let i = 0; i < 100_000_000; i += 1) x = (x * 31 + i) | 0;
  return x === 0.5 ? 'never' : 'spun';
}

/** Killed in the middle of what a human has confirmed. */
export const crashInGated = workflow({
  name: 'crashInGated',
  steps: [
    step({ name: 'first', executor: remote.first }),
    step({
      name: 'hang',
      executor: remote.hang,
      heartbeatTimeout: '3s',
      // Even where errors are to be skipped, a human looks.
      humanReview: { requiresConfirmation: true, onError: 'skip' },
    }),
    step({ name: 'last', executor: remote.last }),
  ],
});
