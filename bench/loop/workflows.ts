/** A loop of thousands of reviewed iterations. */
import { loop, step, workflow } from 'holdpoint/workflow';

/** Continues as new when Temporal suggests it. */
export const reviewed = workflow({
  name: 'reviewed',
  steps: [
    loop({
      name: 'refine',
      maxIterations: 100_000,
      forwardIterationOutput: true,
      steps: [
        step({
          name: 'draft',
          executor: ({ sessionState }) => {
            const drafts = Number(sessionState.drafts ?? 0) + 1;
            return { content: `draft ${drafts}: ${'x'.repeat(500)}`, sessionState: { drafts } };
          },
        }),
      ],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});
