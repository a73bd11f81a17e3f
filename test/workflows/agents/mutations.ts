/** Functions that try to change in place what they are given: TypeScript forbids it, JavaScript does not. */
import { loop, parallel, proxyAgents, step, type StepInput, workflow, type WorkflowNode } from 'holdpoint/workflow';
import type { agents } from '../../support/agents.ts';

const { puppet } = proxyAgents<typeof agents>({ startToCloseTimeout: '10s' });

/** Any input, for a function that knows no types. */
// `any`: what the types forbid is what is tried
type Anything = any;

/** `changed`, or the name of the error. */
function attempt(change: (input: Anything) => void) {
  return (input: StepInput): string => {
    try {
      change(input);
      return 'changed';
    } catch (error) {
      return (error as Error).name;
    }
  };
}

const tamper = (change: (input: Anything) => void) => step({ name: 'tamper', executor: attempt(change) });
const seen = (name: string) => step({ name: 'seen', executor: (input) => input.getStepContent(name) });

/** What the first node of a run is given of those before it. */
export const mutatesNothing = workflow({
  name: 'mutatesNothing',
  steps: [
    tamper(({ runId, previousStepOutputs }) => (previousStepOutputs.secret = { content: runId })),
    step({ name: 'seen', executor: (input) => input.getAllPreviousContent() }),
  ],
});

/** A reviewer is shown the iteration's last output, whatever the condition has done with the list. */
export const mutatesOutputs = workflow({
  name: 'mutatesOutputs',
  steps: [
    loop({
      name: 'l',
      maxIterations: 3,
      endCondition: (outputs) => (outputs as unknown as { content: unknown }[]).pop()!.content === 'never',
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
      steps: [
        step({ name: 'draft', executor: () => 'harmless' }),
        step({ name: 'final', executor: () => 'dangerous' }),
      ],
    }),
  ],
});

const sides = ['left', 'right'].map((name) => step({ name, executor: () => name }));

export const mutatesParallel = workflow({
  name: 'mutatesParallel',
  steps: [
    loop({
      name: 'l',
      maxIterations: 1,
      humanReview: { requiresOutputReview: true },
      steps: [parallel({ name: 'p', steps: sides })],
    }),
    tamper(({ previousStepOutputs }) => (previousStepOutputs.l.content.left = 'other')),
    seen('l'),
  ],
});

export const mutatesAgent = workflow({
  name: 'mutatesAgent',
  steps: [
    step({
      name: 'g',
      agent: puppet,
      humanReview: {
        requiresOutputReview: (output) => attempt((given) => (given.content = 'other'))(output as never) !== '',
      },
    }),
    tamper(({ previousStepOutputs }) => (previousStepOutputs.g.content = 'other')),
    seen('g'),
  ],
});

function asks(more: readonly WorkflowNode[]): WorkflowNode[] {
  const userInputSchema = [
    { name: 'city', type: 'str' },
    { name: 'tags', type: 'list', default: [] },
  ] as const;
  return [
    step({
      name: 'tamper',
      executor: attempt(({ additionalData: { userInput } }) => userInput.tags.push('mine')),
      humanReview: { requiresUserInput: true, userInputSchema },
    }),
    step({ name: 'ask', executor: ({ input }) => input, humanReview: { requiresConfirmation: true } }),
    ...more,
  ];
}

/** Goes on in another execution at its second question, where enough signals arrive. */
export const mutatesInput = workflow({
  name: 'mutatesInput',
  continueAsNewAfter: 50,
  steps: asks([
    step({ name: 'again', executor: attempt(({ input }) => input.list.push('mine')) }),
    step({ name: 'seen', executor: ({ input }) => input }),
  ]),
});
