/** Parallels that open, fail and end while their branches are at work. */
import { parallel, proxyActivities, step, steps, workflow } from 'holdpoint/workflow';
import type { ErrorActivities } from './errors.ts';
import { failing, rec } from './recorder.ts';

const remote = proxyActivities<ErrorActivities>({ startToCloseTimeout: '30s' });
const leaf = (name: string) => step({ name, executor: rec() });
const confirm = { requiresConfirmation: true } as const;
const failAtOnce = () => {
  throw new Error('at once');
};

/** A failure beside an open question, a running activity and a line that has more to do. */
export const failureBeside = workflow({
  name: 'failureBeside',
  steps: [
    parallel({
      name: 'side',
      steps: [
        step({ name: 'gate', executor: rec(), humanReview: confirm }),
        steps({ name: 'line', steps: [step({ name: 'slow', executor: remote.slow }), leaf('never')] }),
        step({
          name: 'nested',
          workflow: workflow({
            name: 'inner',
            steps: [
              parallel({ name: 'deep', steps: [step({ name: 'deepGate', executor: rec(), humanReview: confirm })] }),
            ],
          }),
        }),
        step({
          name: 'fails',
          executor: failing(9),
          maxRetries: 0,
          humanReview: confirm,
        }),
      ],
      humanReview: { onError: 'pause' },
    }),
    leaf('z'),
  ],
});

/** A branch that fails before it has waited for anything. */
export const failureAtOnce = workflow({
  name: 'failureAtOnce',
  steps: [
    parallel({
      name: 'side',
      steps: [
        step({
          name: 'fails',
          executor: failAtOnce,
          maxRetries: 0,
        }),
        leaf('fine'),
      ],
      humanReview: { onError: 'skip' },
    }),
    leaf('z'),
  ],
});

/** Two that are approved together, and the first of them fails at once. */
export const approvedTogether = workflow({
  name: 'approvedTogether',
  steps: [
    parallel({
      name: 'side',
      steps: [
        step({
          name: 'fails',
          executor: failAtOnce,
          maxRetries: 0,
          humanReview: { ...confirm, onError: 'fail' },
        }),
        step({ name: 'pays', executor: remote.slow, humanReview: confirm }),
      ],
      humanReview: { onError: 'skip' },
    }),
    leaf('z'),
  ],
});

/** Questions that open together, beside what is done at once and what takes time. */
export const askedTogether = workflow({
  name: 'askedTogether',
  steps: [
    parallel({
      name: 'side',
      steps: [
        step({ name: 'one', executor: rec(), humanReview: confirm }),
        step({ name: 'inline', executor: () => 'at once' }),
        step({ name: 'two', executor: rec(), humanReview: confirm }),
        step({ name: 'slow', executor: remote.slow }),
      ],
    }),
  ],
});

/** As `failureBeside`, with a human's no that cancels. */
export const cancelBeside = workflow({
  name: 'cancelBeside',
  steps: [
    parallel({
      name: 'side',
      steps: [
        step({ name: 'open', executor: rec(), humanReview: { ...confirm, timeout: '1 day' } }),
        steps({
          name: 'line',
          steps: [step({ name: 'endless', executor: remote.endless, heartbeatTimeout: '1s' }), leaf('never')],
        }),
        step({ name: 'veto', executor: rec(), humanReview: { ...confirm, onReject: 'cancel' } }),
        leaf('done'),
      ],
      // A human's no is no error: nothing here may settle it.
      humanReview: { onError: 'skip' },
    }),
    leaf('z'),
  ],
});
