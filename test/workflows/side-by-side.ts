/** Parallels that end early, in ways that meet: a failure, a human's no, an output under review. */
import {
  loop,
  parallel,
  proxyActivities,
  type StepReview,
  step,
  steps,
  workflow,
  type WorkflowNode,
} from 'holdpoint/workflow';
import type { ErrorActivities } from './errors.ts';
import { failing, rec } from './recorder.ts';

const confirm = { requiresConfirmation: true } as const;
const asked = (name: string, humanReview: StepReview) => step({ name, executor: rec(), humanReview });
const fails = step({ name: 'fails', executor: failing(9), maxRetries: 0, humanReview: confirm });

/** The failure of `fails`, once it is approved, is skipped by the Parallel. */
const besideFailure = (name: string, other: WorkflowNode) =>
  workflow({
    name,
    steps: [
      parallel({ name: 'side', steps: [fails, other], humanReview: { onError: 'skip' } }),
      step({ name: 'z', executor: rec((_, { previousStepOutputs }) => previousStepOutputs.side!.steps) }),
    ],
  });

const veto = asked('veto', { ...confirm, onReject: 'cancel' });
export const noBesideFailure = besideFailure('noBesideFailure', veto);
export const lastNoBesideFailure = besideFailure(
  'lastNoBesideFailure',
  asked('veto', { ...confirm, onReject: 'retry', maxRetries: 1 }),
);
export const deepNoBesideFailure = besideFailure(
  'deepNoBesideFailure',
  parallel({ name: 'inner', steps: [steps({ name: 'line', steps: [veto] }), asked('open', confirm)] }),
);

/** Nobody has settled the error of the one when the other ends the run. */
export const errorBesideNo = workflow({
  name: 'errorBesideNo',
  steps: [
    parallel({
      name: 'side',
      steps: [step({ name: 'stuck', executor: failing(9), maxRetries: 0, humanReview: { onError: 'pause' } }), veto],
    }),
  ],
});

/** Nobody has approved what is under review when the Parallel ends. */
export const reviewBesideFailure = besideFailure(
  'reviewBesideFailure',
  steps({
    name: 'line',
    steps: [step({ name: 'fine', executor: rec() }), asked('draft', { requiresOutputReview: true })],
  }),
);
export const roundsBesideFailure = besideFailure(
  'roundsBesideFailure',
  loop({
    name: 'rounds',
    steps: [step({ name: 'draft', executor: rec() })],
    humanReview: { requiresIterationReview: true },
  }),
);

const { slow } = proxyActivities<Pick<ErrorActivities, 'slow'>>({ startToCloseTimeout: '30s' });

/** A no in an inner Parallel, beside work that takes its time to end; around it, a line of steps and a question. */
export const noFarInside = workflow({
  name: 'noFarInside',
  steps: [
    parallel({
      name: 'outer',
      steps: [
        parallel({ name: 'inner', steps: [veto, step({ name: 'slow', executor: slow })] }),
        steps({
          name: 'line',
          steps: [step({ name: 'first', executor: slow }), step({ name: 'second', executor: rec() })],
        }),
        asked('pay', confirm),
      ],
    }),
  ],
});

export const stopBesideFailure = besideFailure(
  'stopBesideFailure',
  step({ name: 'halt', executor: rec(() => ({ content: 'enough', stop: true })) }),
);

/** Session state that branches have patched, though their Parallel fails or the run is cancelled. */
const patching = step({ name: 'patching', executor: () => ({ content: 'patched', sessionState: { patched: true } }) });
export const stateBesideFailure = besideFailure('stateBesideFailure', patching);
export const stateBesideNo = workflow({
  name: 'stateBesideNo',
  steps: [parallel({ name: 'side', steps: [patching, veto] })],
});

export const inlineBesideNo = workflow({
  name: 'inlineBesideNo',
  steps: [parallel({ name: 'side', steps: [veto, asked('inline', confirm)] })],
});

/** A cancelled run keeps what was under review. */
export const reviewBesideNo = workflow({
  name: 'reviewBesideNo',
  steps: [parallel({ name: 'side', steps: [asked('draft', { requiresOutputReview: true }), veto] })],
});

/** A failure that a step reports itself, of an output that was to be reviewed. */
export const reportedBesideReview = workflow({
  name: 'reportedBesideReview',
  steps: [
    steps({
      name: 'line',
      steps: [
        step({
          name: 'draft',
          executor: () => ({ content: 'DRAFT', success: false, error: 'no good' }),
          humanReview: { requiresOutputReview: true, onError: 'fail' },
        }),
      ],
      humanReview: { onError: 'skip' },
    }),
    step({ name: 'z', executor: (input) => input.getStepContent('draft') }),
  ],
});
