/** What a Temporal cancel meets. */
import { CancellationScope, sleep } from '@temporalio/workflow';
import { parallel, step, workflow } from 'holdpoint/workflow';
import { rec } from './recorder.ts';

/** Every one of them could go on where it is answered. */
export const cancelledAtGates = workflow({
  name: 'cancelledAtGates',
  steps: [
    parallel({
      name: 'all',
      steps: [
        step({ name: 'inline', executor: rec(), humanReview: { requiresConfirmation: true } }),
        step({
          name: 'reviewed',
          executor: rec(),
          humanReview: { requiresOutputReview: true, onReject: 'retry' },
        }),
      ],
    }),
  ],
});

/** Its work ends well in spite of a cancel. */
export const cancelledBeforeReview = workflow({
  name: 'cancelledBeforeReview',
  steps: [
    step({
      name: 'deaf',
      executor: async () => CancellationScope.nonCancellable(() => sleep(500)),
      humanReview: { requiresOutputReview: true },
    }),
  ],
});
