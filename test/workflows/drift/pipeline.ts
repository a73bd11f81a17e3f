/**
 * One workflow in several versions, for the test of changed definitions. The test bundles this module once and puts the
 * version's name in the place of VERSION, with `|` and the fingerprints that it is compatible with: that is the deploy.
 */
import { condition, proxyActivities, step, steps, workflow, type WorkflowNode } from 'holdpoint/workflow';

const { effect } = proxyActivities<{ effect(input: unknown): Promise<string> }>({ startToCloseTimeout: '10s' });

const [VERSION = '', ...compatibleWith] = '__VERSION__'.split('|');

const first = step({ name: 'first', executor: effect });
const ask = step({
  name: 'ask',
  executor: effect,
  humanReview: { requiresConfirmation: true, confirmationMessage: 'Go on?' },
});
const choose = condition({
  name: 'choose',
  steps: [step({ name: 'left', executor: () => 'left' })],
  elseSteps: [step({ name: 'right', executor: () => 'right' })],
});
const group = (...children: WorkflowNode[]) => steps({ name: 'group', steps: children });
const [one, two] = [step({ name: 'one', executor: effect }), step({ name: 'two', executor: () => 'two' })];
const old = [first, ask, choose, group(one, two)];

const VERSIONS: Readonly<Record<string, readonly WorkflowNode[]>> = {
  old,
  renamed: [first, ask, choose, group(step({ name: 'uno', executor: effect }), two)],
  added: [...old, step({ name: 'four', executor: effect })],
  removed: [first, ask, choose, group(one)],
  message: [
    first,
    step({
      name: 'ask',
      executor: effect,
      humanReview: { requiresConfirmation: true, confirmationMessage: 'Delete all?' },
    }),
    choose,
    group(one, two),
  ],
  gate: [first, step({ name: 'ask', executor: effect }), choose, group(one, two)],
  deadline: [
    first,
    step({
      ...{ name: 'ask', executor: effect },
      humanReview: { ...ask.humanReview!, timeout: '1 day', onTimeout: 'approve' },
    }),
    choose,
    group(one, two),
  ],
  order: [first, ask, choose, group(two, one)],
  branches: [
    first,
    ask,
    condition({
      name: 'choose',
      steps: [step({ name: 'right', executor: () => 'right' })],
      elseSteps: [step({ name: 'left', executor: () => 'left' })],
    }),
    group(one, two),
  ],
  executor: [first, ask, choose, group(step({ name: 'one', executor: () => 'inline' }), two)],
  /** The same structure: only a function's body, retries and time limits differ. */
  harmless: [
    first,
    step({ name: 'ask', executor: effect, maxRetries: 7, heartbeatTimeout: '5s', humanReview: ask.humanReview! }),
    choose,
    group(one, step({ name: 'two', executor: () => 'two, improved' })),
  ],
};

export const drifting = workflow({ name: 'drifting', steps: VERSIONS[VERSION] ?? old, compatibleWith });

/** Continues as new while it is paused. */
export const continued = workflow({
  name: 'continued',
  compatibleWith,
  continueAsNewAfter: 50,
  steps: [
    VERSION === 'gate'
      ? step({ name: 'ask', executor: () => 'asked' })
      : step({ name: 'ask', executor: () => 'asked', humanReview: { requiresConfirmation: true } }),
    step({ name: 'then', executor: () => 'then', humanReview: { requiresConfirmation: true } }),
  ],
});

/** A definition too large to name each of its nodes in the history. */
export const large = workflow({
  name: 'large',
  compatibleWith,
  steps: [
    ask,
    ...Array.from({ length: 20 }, (_, i) =>
      steps({
        name: `group ${i}`,
        steps: Array.from({ length: 25 }, (__, j) => step({ name: `node ${j}`, executor: () => `node ${j}` })),
      }),
    ),
    ...(VERSION === 'added' ? [step({ name: 'one more', executor: () => 'one more' })] : []),
  ],
});
