/** Small workflows for the invariants H2–H11, each around one of them. */
import { condition, loop, parallel, router, step, steps, workflow } from 'holdpoint/workflow';
import { failing, rec } from './recorder.ts';

const confirm = { requiresConfirmation: true } as const;
const leaf = (name: string) => step({ name, executor: rec() });
const gated = (name: string) => step({ name, executor: rec(), humanReview: confirm });

/** H2: a confirmation and values in one requirement. */
export const payWithLimit = workflow({
  name: 'payWithLimit',
  steps: [
    step({
      name: 'pay',
      executor: rec((_, { additionalData }) => ({ content: additionalData.userInput })),
      humanReview: {
        ...confirm,
        requiresUserInput: true,
        confirmationMessage: 'Pay?',
        userInputSchema: [
          { name: 'limit', type: 'int' },
          { name: 'note', required: false },
        ],
      },
    }),
  ],
});

/** H2, H8: three branches, two of which wait. */
export const sideBySide = workflow({
  name: 'sideBySide',
  steps: [parallel({ name: 'both', steps: [gated('left'), leaf('free'), gated('right')] }), leaf('end')],
});

/** H3, H5: a chain of reviews and then another gate. */
export const draftAndPublish = workflow({
  name: 'draftAndPublish',
  steps: [
    step({
      name: 'draft',
      executor: rec(),
      humanReview: { requiresOutputReview: true, onReject: 'retry', maxRetries: 2 },
    }),
    gated('publish'),
  ],
});

/** H6: a deadline of 150 ms that approves, then one that nobody lives to see. */
export const deadlines = workflow({
  name: 'deadlines',
  steps: [
    step({ name: 'soon', executor: rec(), humanReview: { ...confirm, timeout: '150ms', onTimeout: 'approve' } }),
    step({ name: 'later', executor: rec(), humanReview: { ...confirm, timeout: '30 days', onTimeout: 'approve' } }),
  ],
});

/** H7: a pause of each kind, with data that flows through all of them. */
export const allKinds = workflow({
  name: 'allKinds',
  steps: [
    gated('confirmed'),
    step({
      name: 'filled',
      executor: rec((_, { additionalData }) => JSON.stringify(additionalData.userInput)),
      humanReview: { requiresUserInput: true },
    }),
    step({ name: 'both', executor: rec(), humanReview: { ...confirm, requiresUserInput: true } }),
    step({ name: 'reviewed', executor: rec(), humanReview: { requiresOutputReview: true } }),
    loop({ name: 'rounds', steps: [leaf('round')], humanReview: { requiresIterationReview: true } }),
    router({ name: 'fork', choices: [leaf('one'), leaf('two')], humanReview: { requiresUserInput: true } }),
    condition({ name: 'branch', steps: [leaf('then')], elseSteps: [leaf('else')], humanReview: confirm }),
    step({ name: 'broken', executor: failing(), maxRetries: 0, humanReview: { onError: 'pause' } }),
  ],
});

/** H8: a pause in the middle of each container. */
export const pausesInTheMiddle = workflow({
  name: 'pausesInTheMiddle',
  steps: [
    steps({ name: 'line', steps: [leaf('line1'), gated('line2'), leaf('line3')] }),
    loop({ name: 'rounds', maxIterations: 3, steps: [leaf('before'), gated('gate'), leaf('after')] }),
    router({ name: 'route', choices: [leaf('r1'), gated('r2'), leaf('r3')], selector: () => ['r3', 'r2', 'r1'] }),
    step({ name: 'nested', workflow: workflow({ name: 'inner', steps: [leaf('n1'), gated('n2'), leaf('n3')] }) }),
  ],
});

/** H11: answers to one node, while others like it follow. */
export const scopedAnswers = workflow({
  name: 'scopedAnswers',
  steps: [
    loop({
      name: 'rounds',
      maxIterations: 2,
      steps: [
        step({
          name: 'draft',
          executor: rec(),
          humanReview: { requiresUserInput: true, requiresOutputReview: true, onReject: 'retry', maxRetries: 1 },
        }),
        leaf('next'),
      ],
    }),
    leaf('end'),
  ],
});
