/** Runs that continue as new: after few events, so that tests see it. */
import { executeChild, uuid4 } from '@temporalio/workflow';
import { loop, type NodeLike, parallel, step, steps, workflow } from 'holdpoint/workflow';

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

const gate = { requiresConfirmation: true } as const;

/** What is reviewed is so large that fifty of it are more than a run can carry. */
export const longLarge = workflow({
  name: 'longLarge',
  continueAsNewAfter: 60,
  steps: [
    loop({
      name: 'refine',
      maxIterations: 1_000,
      steps: [step({ name: 'draft', executor: () => 'x'.repeat(40_000) })],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});

const deep = (depth: number): NodeLike =>
  depth === 0
    ? step({ name: 'deep', executor: () => 'deep', humanReview: gate })
    : steps({ name: `s${depth}`, steps: [deep(depth - 1)], humanReview: gate });

/** A session state that fits once into what a run carries, and branches that each have it. */
export const longState = workflow({
  name: 'longState',
  continueAsNewAfter: 50,
  steps: [
    step({
      name: 'fill',
      executor: () => ({ content: 'filled', sessionState: { large: 'x'.repeat(1_000_000), by: 'fill' } }),
    }),
    parallel({
      name: 'both',
      steps: ['a', 'b'].map((name) =>
        steps({
          name,
          steps: [
            step({ name: 'early', executor: () => ({ content: name, sessionState: { by: name, [name]: 'early' } }) }),
            step({
              name: `late ${name}`,
              executor: ({ sessionState: { large, ...others } }) => ({ content: others, sessionState: { late: name } }),
              humanReview: gate,
            }),
          ],
        }),
      ),
    }),
  ],
});

/** A branch that fails before the other, which is deep behind gates that are answered, is back at its question. */
export const longOrphan = workflow({
  name: 'longOrphan',
  continueAsNewAfter: 50,
  steps: [
    parallel({
      name: 'both',
      steps: [
        step({
          name: 'fails',
          executor: () => {
            throw new Error('no luck');
          },
          humanReview: { ...gate, onError: 'fail' },
        }),
        deep(3),
      ],
      humanReview: { onError: 'skip' },
    }),
    step({ name: 'after', executor: () => 'after', humanReview: gate }),
  ],
});

/** A deadline that passes beside a question that stays. */
export const longDeadline = workflow({
  name: 'longDeadline',
  continueAsNewAfter: 50,
  steps: [
    parallel({
      name: 'both',
      steps: [
        step({ name: 'soon', executor: () => 'soon', humanReview: { ...gate, timeout: '2s', onTimeout: 'skip' } }),
        step({ name: 'stays', executor: () => 'stays', humanReview: gate }),
      ],
    }),
  ],
});

const filledIn = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: { value, id: uuid4() } }) },
} as const;

/** A nested workflow whose schema fills in something else each time. */
export const longNested = workflow({
  name: 'longNested',
  continueAsNewAfter: 50,
  steps: [
    step({
      name: 'nested',
      workflow: workflow({
        name: 'inner',
        inputSchema: filledIn,
        steps: [
          step({ name: 'first', executor: ({ input }) => (input as { id: string }).id }),
          step({ name: 'second', executor: ({ input }) => (input as { id: string }).id, humanReview: gate }),
        ],
      }),
    }),
  ],
});

export async function child(): Promise<string> {
  return 'of a child';
}

/** Nothing arrives but what children have done. */
export const longChildren = workflow({
  name: 'longChildren',
  continueAsNewAfter: 50,
  steps: [
    loop({ name: 'rounds', maxIterations: 12, steps: [step({ name: 'asks', executor: () => executeChild(child) })] }),
  ],
});
