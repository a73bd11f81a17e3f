/** For the table of semantics §4: each gate of each primitive three times, with each `onReject`. */
import { condition, loop, parallel, router, step, steps, type WorkflowNode, workflow } from 'holdpoint/workflow';
import { failing, rec } from './recorder.ts';

const leaf = (name: string) => step({ name, executor: rec() });
const inside = (name: string) => leaf(`in_${name}`);

// biome-ignore lint/suspicious/noExplicitAny: the review fits the primitive that the caller names
type Make = (name: string, humanReview: any) => WorkflowNode;

const asStep: Make = (name, humanReview) => step({ name, executor: rec(), humanReview });
const asSteps: Make = (name, humanReview) => steps({ name, steps: [inside(name)], humanReview });
const asCondition: Make = (name, humanReview) =>
  condition({ name, evaluator: false, steps: [inside(name)], humanReview });
const asLoop: Make = (name, humanReview) => loop({ name, maxIterations: 1, steps: [inside(name)], humanReview });
const asRouter: Make = (name, humanReview) =>
  router({ name, choices: [inside(name), leaf(`other_${name}`)], selector: () => `in_${name}`, humanReview });
const asParallel: Make = (name, humanReview) => parallel({ name, steps: [inside(name)], humanReview });

/** `skip`, `retry` with one retry, `cancel`; a leaf before and behind. */
function threeOf(make: Make, gate: object): WorkflowNode[] {
  return [
    leaf('a'),
    make('skip', { ...gate, onReject: 'skip' }),
    make('retry', { ...gate, onReject: 'retry', maxRetries: 1 }),
    make('cancel', { ...gate, onReject: 'cancel' }),
    leaf('z'),
  ];
}

const confirm = { requiresConfirmation: true };
export const confirmStep = workflow({ name: 'confirmStep', steps: threeOf(asStep, confirm) });
export const confirmSteps = workflow({ name: 'confirmSteps', steps: threeOf(asSteps, confirm) });
export const confirmCondition = workflow({ name: 'confirmCondition', steps: threeOf(asCondition, confirm) });
export const confirmLoop = workflow({ name: 'confirmLoop', steps: threeOf(asLoop, confirm) });
export const confirmRouter = workflow({ name: 'confirmRouter', steps: threeOf(asRouter, confirm) });
export const confirmParallel = workflow({ name: 'confirmParallel', steps: threeOf(asParallel, confirm) });

const fill = { requiresUserInput: true };
const asEcho: Make = (name, humanReview) =>
  step({ name, executor: rec((_, { additionalData }) => additionalData.userInput), humanReview });
export const fillStep = workflow({ name: 'fillStep', steps: threeOf(asEcho, fill) });
export const confirmAndFillStep = workflow({
  name: 'confirmAndFillStep',
  steps: threeOf(asEcho, { ...confirm, ...fill }),
});

const review = { requiresOutputReview: true };
export const reviewStep = workflow({ name: 'reviewStep', steps: threeOf(asStep, review) });
export const reviewLoop = workflow({ name: 'reviewLoop', steps: threeOf(asLoop, review) });
export const reviewRouter = workflow({ name: 'reviewRouter', steps: threeOf(asRouter, review) });

/** A failure that is skipped leaves an output, and with it something to review. */
const failsOnce = (name: string) => ({ name, executor: failing(1), maxRetries: 0 });
export const reviewSkipped = workflow({
  name: 'reviewSkipped',
  steps: [
    step({ ...failsOnce('bySetting'), humanReview: { ...review, onError: 'skip', onReject: 'retry' } }),
    step({ ...failsOnce('byOption'), skipOnFailure: true, humanReview: review }),
    step({ ...failsOnce('byHuman'), humanReview: { ...review, onError: 'pause' } }),
  ],
});

const asRounds: Make = (name, humanReview) => loop({ name, maxIterations: 3, steps: [inside(name)], humanReview });
export const reviewIterations = workflow({
  name: 'reviewIterations',
  steps: threeOf(asRounds, { requiresIterationReview: true }),
});

/** What a reviewer says of an iteration, and of an output in it. */
export const reviewWithin = workflow({
  name: 'reviewWithin',
  steps: [
    loop({
      name: 'rounds',
      steps: [asStep('draft', { ...review, onReject: 'retry' })],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});

/** An iteration that leaves a container in which nothing ran. */
export const reviewNothing = workflow({
  name: 'reviewNothing',
  steps: [
    loop({
      name: 'rounds',
      steps: [steps({ name: 'line', steps: [asStep('draft', confirm)] })],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});

export const chooseRoute = workflow({ name: 'chooseRoute', steps: threeOf(asRouter, fill) });
export const chooseRoutes = workflow({
  name: 'chooseRoutes',
  steps: [asRouter('fork', { ...fill, allowMultipleSelections: true }), leaf('z')],
});

/** Both gates of a Router, then its review, whose retry asks for the route again. */
export const routerWithAllGates = workflow({
  name: 'routerWithAllGates',
  steps: [
    asRouter('fork', { ...confirm, ...fill, ...review, onReject: 'retry', userInputMessage: 'Where to?' }),
    leaf('z'),
  ],
});

/** A Condition that the human decides. */
export const confirmBranches = workflow({
  name: 'confirmBranches',
  steps: [
    condition({
      name: 'first',
      evaluator: false,
      steps: [leaf('yes1')],
      elseSteps: [leaf('no1')],
      humanReview: confirm,
    }),
    condition({ name: 'bare', evaluator: true, steps: [leaf('yes2')], humanReview: confirm }),
    condition({
      name: 'skipping',
      steps: [leaf('yes3')],
      elseSteps: [leaf('no3')],
      humanReview: { ...confirm, onReject: 'skip' },
    }),
    leaf('z'),
  ],
});

/** Retries without a limit. */
export const unlimited = workflow({
  name: 'unlimited',
  steps: [asStep('draft', { ...review, onReject: 'retry', maxRetries: 0 })],
});

/** Defaults: nothing said about rejections. */
export const defaultRetries = workflow({
  name: 'defaultRetries',
  steps: [asStep('draft', { ...review, onReject: 'retry' })],
});

/** Input, then review: what was entered stays for the re-run. */
export const inputThenReview = workflow({
  name: 'inputThenReview',
  steps: [asEcho('draft', { ...fill, ...review, onReject: 'retry' })],
});

const broken = (name: string) => step({ name: `in_${name}`, executor: failing(2), maxRetries: 0 });
const pausing = { onError: 'pause' } as const;

/** Every primitive fails twice, and a human decides. */
export const errorPauses = workflow({
  name: 'errorPauses',
  steps: [
    leaf('a'),
    step({ name: 'Step', executor: failing(2), maxRetries: 0, humanReview: pausing }),
    steps({ name: 'Steps', steps: [leaf('fine'), broken('Steps')], humanReview: pausing }),
    condition({ name: 'Condition', steps: [broken('Condition')], humanReview: pausing }),
    loop({ name: 'Loop', maxIterations: 1, steps: [broken('Loop')], humanReview: pausing }),
    router({ name: 'Router', choices: [broken('Router')], selector: () => 'in_Router', humanReview: pausing }),
    parallel({ name: 'Parallel', steps: [broken('Parallel')], humanReview: pausing }),
    leaf('z'),
  ],
});

/** What a human gave before an error is kept for the retry: the route, and the values. */
export const givenThenBroken = workflow({
  name: 'givenThenBroken',
  steps: [
    router({
      name: 'fork',
      choices: [leaf('other'), step({ name: 'way', executor: failing(), maxRetries: 0 })],
      humanReview: { ...fill, ...pausing },
    }),
    step({ name: 'filled', executor: failing(), maxRetries: 0, humanReview: { ...fill, ...pausing } }),
  ],
});
