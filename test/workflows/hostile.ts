/** Targets for hostile signals: one pause of each kind at once, and single ones. */
import { loop, parallel, router, step, workflow } from 'holdpoint/workflow';
import { failing, rec } from './recorder.ts';

const confirm = { requiresConfirmation: true } as const;
const leaf = (name: string) => step({ name, executor: rec() });

/** Every kind of pause, all open together. */
export const everyKindAtOnce = workflow({
  name: 'everyKindAtOnce',
  steps: [
    parallel({
      name: 'all',
      steps: [
        step({ name: 'confirmed', executor: rec(), humanReview: confirm }),
        step({
          name: 'filled',
          executor: rec(),
          humanReview: { requiresUserInput: true, userInputSchema: [{ name: 'n', type: 'int' }] },
        }),
        step({ name: 'both', executor: rec(), humanReview: { ...confirm, requiresUserInput: true } }),
        step({ name: 'reviewed', executor: rec(), humanReview: { requiresOutputReview: true } }),
        loop({ name: 'rounds', steps: [leaf('round')], humanReview: { requiresIterationReview: true } }),
        router({ name: 'fork', choices: [leaf('one'), leaf('two')], humanReview: { requiresUserInput: true } }),
        step({ name: 'broken', executor: failing(), maxRetries: 0, humanReview: { onError: 'pause' } }),
      ],
    }),
  ],
});

/** One review whose output goes on through functions and the result. */
export const oneReview = workflow({
  name: 'oneReview',
  steps: [
    step({ name: 'draft', executor: rec(), humanReview: { requiresOutputReview: true } }),
    step({
      name: 'publish',
      executor: rec((_, { previousStepContent }) => ({ content: { got: previousStepContent } })),
    }),
  ],
});

/** Values of any shape, then a pause behind them. */
export const anyValues = workflow({
  name: 'anyValues',
  steps: [
    step({
      name: 'fill',
      executor: rec((_, { additionalData }) => ({ content: additionalData.userInput })),
      humanReview: { requiresUserInput: true },
    }),
    step({ name: 'check', executor: rec(), humanReview: confirm }),
  ],
});

/** A JSON Schema that refuses keys. */
export const strictValues = workflow({
  name: 'strictValues',
  steps: [
    step({
      name: 'list',
      executor: rec(),
      humanReview: { requiresUserInput: true, userInputSchema: [{ name: 'n', type: 'int' }] },
    }),
    step({
      name: 'schema',
      executor: rec(),
      humanReview: {
        requiresUserInput: true,
        userInputSchema: { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false },
      },
    }),
  ],
});

/** A review of whatever the run was given. */
export const oneReviewOfInput = workflow({
  name: 'oneReviewOfInput',
  steps: [
    step({ name: 'echo', executor: ({ input }) => ({ content: input }), humanReview: { requiresOutputReview: true } }),
  ],
});
