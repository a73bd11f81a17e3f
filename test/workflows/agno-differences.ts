/** Where agno 3.1.10 bypasses a gate, loses work or contradicts itself: one small workflow for each such place. */
import { condition, loop, parallel, router, step, steps, workflow } from 'holdpoint/workflow';
import { failing, rec } from './recorder.ts';

const confirm = { requiresConfirmation: true } as const;
const leaf = (name: string) => step({ name, executor: rec() });
const gated = (name: string) => step({ name, executor: rec(), humanReview: confirm });

/** One node of each primitive, gated and with a deadline. */
const deadline = { ...confirm, timeout: '1 day' } as const;
export const differTimeouts = workflow({
  name: 'differTimeouts',
  steps: [
    step({ name: 'Step', executor: rec(), humanReview: deadline }),
    steps({ name: 'Steps', steps: [leaf('s')], humanReview: deadline }),
    condition({ name: 'Condition', steps: [leaf('c')], humanReview: deadline }),
    loop({ name: 'Loop', steps: [leaf('l')], maxIterations: 1, humanReview: deadline }),
    router({ name: 'Router', choices: [leaf('r')], selector: () => 'r', humanReview: deadline }),
    parallel({ name: 'Parallel', steps: [leaf('p')], humanReview: deadline }),
  ],
});

/** A deadline on Steps that nobody asks about, then one that is answered. */
export const differDeadline = workflow({
  name: 'differDeadline',
  steps: [
    steps({ name: 'line', steps: [leaf('x')], humanReview: { ...confirm, timeout: '100ms', onTimeout: 'skip' } }),
    step({ name: 'b', executor: rec(), humanReview: { ...confirm, timeout: '1s', onTimeout: 'skip' } }),
    gated('c'),
  ],
});

export const differSides = workflow({
  name: 'differSides',
  steps: [
    parallel({
      name: 'side',
      steps: [gated('one'), steps({ name: 'line', steps: [leaf('two'), gated('three')] }), gated('four')],
      humanReview: confirm,
    }),
  ],
});

export const differDefaultError = workflow({
  name: 'differDefaultError',
  steps: [leaf('a'), step({ name: 'b', executor: failing(9), maxRetries: 0 }), leaf('z')],
});

const always = () => {
  throw new Error('the predicate is broken');
};
export const differPredicates = workflow({
  name: 'differPredicates',
  steps: [
    step({ name: 'throwing', executor: rec(), humanReview: { requiresOutputReview: always } }),
    step({ name: 'no', executor: rec(), humanReview: { requiresOutputReview: () => false } }),
    step({ name: 'yes', executor: rec(), humanReview: { requiresOutputReview: ({ content }) => content === 'yes#1' } }),
    loop({
      name: 'loop',
      maxIterations: 1,
      steps: [leaf('l')],
      humanReview: { requiresOutputReview: ({ steps: children }) => children!.length === 1 },
    }),
  ],
});

export const differErrorPause = workflow({
  name: 'differErrorPause',
  steps: [
    gated('a'),
    step({ name: 'b', executor: failing(9), maxRetries: 0, humanReview: { onError: 'pause' } }),
    leaf('z'),
  ],
});

export const differContent = workflow({
  name: 'differContent',
  steps: [
    steps({ name: 'outer', steps: [steps({ name: 'middle', steps: [leaf('x'), leaf('deepest')] })] }),
    condition({
      name: 'seen',
      evaluator: ({ previousStepContent }) => previousStepContent === 'deepest#1',
      steps: [leaf('then')],
    }),
    parallel({ name: 'side', steps: [leaf('left'), steps({ name: 'right', steps: [leaf('r')] })] }),
    condition({
      name: 'object',
      evaluator: ({ previousStepContent }) => JSON.stringify(previousStepContent) === '{"left":"left#1","right":"r#1"}',
      steps: [
        step({
          name: 'got',
          executor: rec((_, { previousStepContent }) => ({ content: { got: previousStepContent } })),
        }),
      ],
    }),
  ],
});

export const differUnmet = workflow({
  name: 'differUnmet',
  steps: [leaf('a'), condition({ name: 'unmet', evaluator: () => false, steps: [leaf('never')] }), leaf('z')],
});

/** A body of two steps: 2 iterations are 2, not 1. */
export const differIterations = workflow({
  name: 'differIterations',
  steps: [
    loop({
      name: 'rounds',
      maxIterations: 3,
      steps: [leaf('x'), leaf('y')],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});

const soft = () => ({ content: 'half', success: false, error: 'soft' });
export const softByHand = workflow({
  name: 'softByHand',
  steps: [
    step({ name: 'unset', executor: rec(soft) }),
    step({ name: 'skip', executor: rec(soft), humanReview: { onError: 'skip' } }),
    step({ name: 'pause', executor: rec(soft), humanReview: { onError: 'pause' } }),
  ],
});
