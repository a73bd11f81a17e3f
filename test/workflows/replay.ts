/**
 * The runs whose histories are checked in under test/replay/histories. The structure of these definitions must not change:
 * a changed one refuses its recorded histories, as it should. New ones are welcome.
 */
import {
  condition,
  loop,
  parallel,
  proxyActivities,
  proxyLocalActivities,
  router,
  step,
  steps,
  workflow,
} from 'holdpoint/workflow';
import { cel } from 'holdpoint/workflow/cel';
import type { activities } from '../replay/scenarios.ts';

const remote = proxyActivities<typeof activities>({ startToCloseTimeout: '10s', retry: { initialInterval: '20ms' } });
const local = proxyLocalActivities<typeof activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '20ms' },
});

/** Each kind of pause once, one after the other. */
export const replayPauses = workflow({
  name: 'replayPauses',
  steps: [
    step({ name: 'fetch', executor: remote.work }),
    step({ name: 'confirm', executor: local.work, idempotent: true, humanReview: { requiresConfirmation: true } }),
    step({
      name: 'values',
      executor: (input) => input.additionalData.userInput,
      humanReview: { requiresUserInput: true, userInputSchema: [{ name: 'threshold', type: 'int' }] },
    }),
    step({
      name: 'both',
      executor: remote.work,
      humanReview: { requiresConfirmation: true, requiresUserInput: true, userInputMessage: 'How much?' },
    }),
    step({ name: 'review', executor: remote.work, humanReview: { requiresOutputReview: true, onReject: 'retry' } }),
    router({
      name: 'route',
      choices: [step({ name: 'wiki', executor: () => 'wiki' }), step({ name: 'mail', executor: () => 'mail' })],
      humanReview: { requiresUserInput: true, allowMultipleSelections: true, requiresOutputReview: true },
    }),
    step({ name: 'flaky', executor: remote.flaky, maxRetries: 0, humanReview: { onError: 'pause' } }),
  ],
});

const inner = workflow({
  name: 'inner',
  steps: [
    step({ name: 'draft', executor: (input) => `draft of ${input.getInputAsString()}` }),
    step({ name: 'check', executor: local.work, humanReview: { requiresOutputReview: true } }),
  ],
});

/** Containers in containers, with gates at several depths. */
export const replayContainers = workflow({
  name: 'replayContainers',
  steps: [
    parallel({
      name: 'both',
      steps: [
        steps({
          name: 'left',
          steps: [step({ name: 'a', executor: remote.work, humanReview: { requiresConfirmation: true } })],
        }),
        step({ name: 'right', executor: local.work, humanReview: { requiresOutputReview: true, onReject: 'retry' } }),
        step({ name: 'free', executor: remote.work }),
      ],
    }),
    loop({
      name: 'refine',
      maxIterations: 3,
      forwardIterationOutput: true,
      endCondition: cel('current_iteration > 5'),
      steps: [step({ name: 'draft', executor: remote.work })],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
    step({ name: 'nested', workflow: inner }),
    condition({
      name: 'choose',
      steps: [step({ name: 'yes', executor: () => 'yes' })],
      elseSteps: [step({ name: 'no', executor: local.work })],
      humanReview: { requiresConfirmation: true },
    }),
  ],
});

/** Local activities side by side, and alone: their ends are in no order that a replay would see. */
export const replayLocals = workflow({
  name: 'replayLocals',
  steps: [
    step({ name: 'first', executor: local.work }),
    parallel({
      name: 'all',
      steps: [
        step({ name: 'left', executor: local.work, humanReview: { requiresOutputReview: true } }),
        steps({
          name: 'middle',
          steps: [
            step({ name: 'called', executor: ({ stepName }) => local.work({ stepName }) }),
            step({ name: 'more', executor: local.work }),
          ],
        }),
        step({ name: 'right', executor: local.work, humanReview: { requiresOutputReview: true } }),
      ],
    }),
    parallel({ name: 'single', steps: [step({ name: 'last', executor: local.work })] }),
  ],
});

/** Deadlines, each with another action. */
export const replayDeadlines = workflow({
  name: 'replayDeadlines',
  steps: [
    step({
      name: 'skipped',
      executor: remote.work,
      humanReview: { requiresConfirmation: true, timeout: '300ms', onTimeout: 'skip' },
    }),
    step({
      name: 'approved',
      executor: remote.work,
      humanReview: { requiresConfirmation: true, timeout: '300ms', onTimeout: 'approve' },
    }),
    step({
      name: 'in time',
      executor: remote.work,
      humanReview: { requiresConfirmation: true, timeout: '1 hour', onTimeout: 'approve' },
    }),
    step({
      name: 'cancelled',
      executor: () => 'x',
      humanReview: { requiresOutputReview: true, timeout: '300ms', onTimeout: 'cancel' },
    }),
  ],
});

/** One branch cancels the run while its siblings wait and work. */
export const replayWithdrawn = workflow({
  name: 'replayWithdrawn',
  steps: [
    parallel({
      name: 'all',
      steps: [
        step({ name: 'no', executor: () => 'no', humanReview: { requiresConfirmation: true, onReject: 'cancel' } }),
        step({ name: 'waits', executor: () => 'w', humanReview: { requiresConfirmation: true, timeout: '1 day' } }),
        step({ name: 'works', executor: remote.untilCancelled, heartbeatTimeout: '1s' }),
      ],
    }),
  ],
});

/** Ends in a failure, after its retries. */
export const replayFailure = workflow({
  name: 'replayFailure',
  steps: [step({ name: 'ok', executor: local.work }), step({ name: 'broken', executor: remote.broken, maxRetries: 1 })],
});

/** Nothing of this is an event of its own in the history, before somebody answers. */
export const replayAfterLocal = workflow({
  name: 'replayAfterLocal',
  steps: [
    step({ name: 'local', executor: local.work }),
    step({ name: 'async', executor: async () => 'async' }),
    step({ name: 'confirm', executor: () => 'done', humanReview: { requiresConfirmation: true } }),
  ],
});
