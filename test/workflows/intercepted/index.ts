/** Workflows that a worker with interceptors of its own runs. */
import { proxyActivities, step, workflow } from 'holdpoint/workflow';

const { pay, hang } = proxyActivities<{ pay(): Promise<unknown>; hang(): Promise<never> }>({
  startToCloseTimeout: '1 second',
});

const gate = { requiresConfirmation: true } as const;

export const intercepted = workflow<string>({
  name: 'intercepted',
  steps: [step({ name: 'pay', executor: pay, humanReview: gate })],
});

export const interceptedLoss = workflow<string>({
  name: 'interceptedLoss',
  steps: [step({ name: 'pay', executor: hang, humanReview: { ...gate, onError: 'skip' } })],
});

export const interceptedError = workflow<string>({
  name: 'interceptedError',
  steps: [
    step({ name: 'draft', executor: () => 'drafted' }),
    step({
      name: 'fail',
      executor: () => {
        throw new TypeError('no paper');
      },
      maxRetries: 0,
    }),
  ],
});

/** Leaves its execution soon. */
export const interceptedLong = workflow<string>({
  name: 'interceptedLong',
  continueAsNewAfter: 50,
  steps: Array.from({ length: 9 }, (_, at) => step({ name: `step${at}`, executor: () => at, humanReview: gate })),
});
