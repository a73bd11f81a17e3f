/** Data that is larger than a message, on every way that it can take. `input`: bytes. */
import {
  proxyActivities,
  proxyLocalActivities,
  step,
  steps,
  type StepFunction,
  type StepInput,
  workflow,
} from 'holdpoint/workflow';

interface Activities {
  make(input: unknown): Promise<string>;
  size(input: unknown): Promise<number>;
  fail(input: unknown): Promise<string>;
}

const options = { startToCloseTimeout: '1 minute', retry: { initialInterval: '10ms' } } as const;
const remote = proxyActivities<Activities>(options);
const local = proxyLocalActivities<Activities>(options);

const inline: StepFunction = ({ input }) => 'x'.repeat(input as number);
const after = step({ name: 'size', executor: remote.size });

export const largeResult = workflow<number>({
  name: 'largeResult',
  steps: [step({ name: 'make', executor: remote.make }), after],
});
export const largeLocal = workflow<number>({
  name: 'largeLocal',
  steps: [step({ name: 'make', executor: local.make }), after],
});
export const largeInline = workflow<number>({
  name: 'largeInline',
  steps: [step({ name: 'make', executor: inline }), after],
});
/** Arguments that a function gives. */
export const largeArguments = workflow<number>({
  name: 'largeArguments',
  steps: [step({ name: 'size', executor: ({ input }) => remote.size('x'.repeat(input as number)) })],
});
export const largeCall = workflow<number>({
  name: 'largeCall',
  steps: [step({ name: 'make', executor: ({ input }: StepInput) => local.make(input) })],
});
export const largeState = workflow<number>({
  name: 'largeState',
  steps: [
    step({
      name: 'make',
      executor: ({ input }) => ({ content: 'small', sessionState: { large: 'x'.repeat(input as number) } }),
    }),
    after,
  ],
});
export const largeReview = workflow<number>({
  name: 'largeReview',
  steps: [step({ name: 'make', executor: remote.make, humanReview: { requiresOutputReview: true } }), after],
});
export const largeGated = workflow<number>({
  name: 'largeGated',
  steps: [
    step({ name: 'make', executor: remote.make, humanReview: { requiresConfirmation: true, onError: 'pause' } }),
    after,
  ],
});
/** Goes on in another execution while it waits. */
export const largeLong = workflow<number>({
  name: 'largeLong',
  continueAsNewAfter: 50,
  steps: [
    step({ name: 'make', executor: local.make }),
    ...Array.from({ length: 10 }, (_, n) =>
      step({ name: `ask ${n}`, executor: () => n, humanReview: { requiresConfirmation: true } }),
    ),
    after,
  ],
});
/** Six outputs: none is too large, all are. */
export const largeSum = workflow<number>({
  name: 'largeSum',
  steps: [...[1, 2, 3, 4, 5, 6].map((n) => step({ name: `make ${n}`, executor: remote.make })), after],
});
export const largeFailure = workflow<number>({
  name: 'largeFailure',
  steps: [
    step({ name: 'remote', executor: remote.fail, maxRetries: 0, skipOnFailure: true }),
    step({ name: 'local', executor: local.fail, maxRetries: 0 }),
  ],
});
/** Results that are too large, each by what it has many of, or where nobody looks for much. */
export const largeErrors = workflow<number>({
  name: 'largeErrors',
  steps: [1, 2, 3].map((n) =>
    step({
      name: `fail ${n}`,
      executor: ({ input }) => ({ content: n, success: false, error: 'y'.repeat(input as number) }),
    }),
  ),
});
export const largeKeys = workflow<number>({
  name: 'largeKeys',
  steps: [
    step({
      name: 'make',
      executor: ({ input }) => ({
        content: 'small',
        sessionState: Object.fromEntries(Array.from({ length: input as number }, (_, n) => [n, 'x'.repeat(400)])),
      }),
    }),
  ],
});
const longest = 'ä'.repeat(190);
/** Names and paths as long as they may be. */
export const longNames = workflow({
  name: 'longNames',
  steps: [
    steps({
      name: longest,
      steps: [
        steps({
          name: longest,
          steps: [
            step({
              name: longest,
              executor: remote.size,
              humanReview: { requiresConfirmation: true, timeout: '1 hour', requiresOutputReview: true },
            }),
          ],
        }),
      ],
    }),
  ],
});
