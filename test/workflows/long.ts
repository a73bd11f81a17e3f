/** Runs that continue as new: after few events, so that tests see it. */
import { loop, parallel, step, steps, workflow } from 'holdpoint/workflow';

/** Waits, and has done something before. */
export const longPaused = workflow({
  name: 'longPaused',
  continueAsNewAfter: 50,
  steps: [
    step({ name: 'before', executor: () => ({ content: 'done', sessionState: { before: true } }) }),
    parallel({
      name: 'both',
      steps: [
        step({ name: 'late', executor: () => 'late', humanReview: { requiresConfirmation: true, timeout: '1 hour' } }),
        step({
          name: 'soon',
          executor: ({ sessionState }) => ({ content: sessionState, sessionState: { soon: true } }),
          humanReview: { requiresOutputReview: true, timeout: '1 hour' },
        }),
      ],
    }),
  ],
});

/** A loop that a human reviews, in a container that is reviewed too and may be sent back. */
export const longReviews = workflow({
  name: 'longReviews',
  continueAsNewAfter: 100,
  steps: [
    steps({
      name: 'all',
      steps: [
        loop({
          name: 'refine',
          maxIterations: 10_000,
          forwardIterationOutput: true,
          steps: [
            step({
              name: 'count',
              executor: ({ sessionState, idempotencyKey }) => {
                const sum = Number(sessionState.sum ?? 0) + 1;
                return { content: { sum, key: idempotencyKey.split('/').slice(2).join('/') }, sessionState: { sum } };
              },
            }),
          ],
          humanReview: { requiresIterationReview: true, onReject: 'retry' },
        }),
        step({ name: 'last', executor: ({ previousStepContent }) => previousStepContent }),
      ],
    }),
  ],
});
