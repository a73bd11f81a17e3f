/** Many branches of a Parallel, whose answers may all arrive at once. */
import { loop, parallel, step, type StepReview, workflow } from 'holdpoint/workflow';

const crowd = (name: string, review: StepReview) =>
  workflow({
    name,
    steps: [
      parallel({
        name: 'all',
        steps: Array.from({ length: 200 }, (_, index) =>
          step({
            name: `branch ${index}`,
            executor: () => 'x'.repeat(2_000),
            humanReview: { requiresConfirmation: true, ...(index < 150 ? review : {}) },
          }),
        ),
      }),
    ],
  });

export const crowdOfAnswers = crowd('crowdOfAnswers', {});
export const crowdOfDeadlines = crowd('crowdOfDeadlines', { timeout: '3s', onTimeout: 'approve' });

/** What is shown of each of its questions is as large as it can be. */
export const crowdThatIsTold = workflow({
  name: 'crowdThatIsTold',
  steps: [
    parallel({
      name: 'all',
      steps: Array.from({ length: 700 }, (_, index) =>
        step({
          name: `branch ${index}`,
          executor: () => 'x',
          humanReview: {
            requiresUserInput: true,
            userInputMessage: 'm'.repeat(500),
            userInputSchema: Array.from({ length: 18 }, (_each, at) => ({
              name: `field${at}`,
              type: 'str' as const,
              description: 'd'.repeat(60),
            })),
          },
        }),
      ),
    }),
  ],
});

/** Each shows that it is at work, and tells of its output. */
export const crowdOfFunctions = workflow({
  name: 'crowdOfFunctions',
  steps: [
    loop({
      name: 'rounds',
      maxIterations: 2_000,
      steps: [step({ name: 'long', executor: async () => 'x'.repeat(2_000) })],
    }),
    step({ name: 'count', executor: async () => 2_000 }),
  ],
});

/** The same, side by side. */
export const crowdBeside = workflow({
  name: 'crowdBeside',
  steps: [
    parallel({
      name: 'all',
      steps: Array.from({ length: 2_000 }, (_, at) =>
        step({ name: `branch ${at}`, executor: async () => 'x'.repeat(2_000) }),
      ),
    }),
    step({ name: 'count', executor: () => 2_000 }),
  ],
});

/** One fails as soon as it may, and the answer to the last is a no. */
export const crowdThatFails = workflow({
  name: 'crowdThatFails',
  steps: [
    parallel({
      name: 'all',
      steps: Array.from({ length: 600 }, (_, at) =>
        step({
          name: `branch ${at}`,
          executor: () => {
            if (at === 0) throw new Error('boom');
            return 'x'.repeat(2_000);
          },
          maxRetries: 0,
          humanReview: { requiresConfirmation: true, ...(at === 599 ? { onReject: 'cancel' } : {}) },
        }),
      ),
    }),
    step({ name: 'never', executor: () => 'never' }),
  ],
});
