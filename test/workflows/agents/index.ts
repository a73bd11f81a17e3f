/** Runs with agents, in a bundle of their own: a worker needs the agents that its workflows name. */
import {
  condition,
  loop,
  parallel,
  proxyActivities,
  proxyAgents,
  router,
  type StepInput,
  type StepReview,
  step,
  steps,
  workflow,
} from 'holdpoint/workflow';
import { sleep } from '@temporalio/workflow';
import type { agents } from '../../support/agents.ts';

const quick = { startToCloseTimeout: '10s', heartbeatTimeout: '1s', retry: { initialInterval: '20ms' } } as const;
const { puppet, payer, marathon, typed, research, desk, chorus, moody } = proxyAgents<typeof agents>(quick, {
  marathon: { startToCloseTimeout: '30s' },
});

const script = (input: { input: unknown }) => input.input;
const after = step({ name: 'after', executor: ({ previousStepContent }) => ({ heard: previousStepContent }) });

export const agentAlone = workflow({ name: 'agentAlone', steps: [step({ name: 'g', agent: puppet }), after] });
export const agentOnce = workflow({
  name: 'agentOnce',
  steps: [step({ name: 'g', agent: puppet, maxRetries: 0 })],
});
export const agentMarathon = workflow({ name: 'agentMarathon', steps: [step({ name: 'g', agent: marathon })] });
export const agentTyped = workflow({ name: 'agentTyped', steps: [step({ agent: typed })] });
export const teamCoordinate = workflow({ name: 'teamCoordinate', steps: [step({ name: 'r', team: research })] });
export const teamRoute = workflow({ name: 'teamRoute', steps: [step({ name: 'r', team: desk })] });
export const teamBroadcast = workflow({ name: 'teamBroadcast', steps: [step({ name: 'r', team: chorus })] });

const { payLong } = proxyActivities<{ payLong(input: StepInput): Promise<void> }>(quick);
/** What an operator does to its activity, `onError` does not settle. */
export const paysLong = workflow({
  name: 'paysLong',
  steps: [step({ executor: payLong, humanReview: { requiresConfirmation: true, onError: 'skip' } })],
});

export const paysBeside = workflow({
  name: 'paysBeside',
  steps: [
    parallel({
      name: 'p',
      steps: [
        step({ name: 'pay', executor: payLong, humanReview: { requiresConfirmation: true } }),
        step({ name: 'other', executor: () => 'other', humanReview: { requiresConfirmation: true } }),
      ],
    }),
  ],
});

/** Two questions, and branches that take time without an activity. */
export const watchedTwice = workflow({
  name: 'watchedTwice',
  steps: [
    step({ name: 'first', executor: () => 'one', humanReview: { requiresConfirmation: true } }),
    parallel({
      name: 'p',
      steps: ['left', 'right'].map((name) => step({ name, executor: () => sleep(20) })),
    }),
    step({ name: 'second', executor: () => 'two', humanReview: { requiresConfirmation: true } }),
  ],
});

export const parallelOfOne = workflow({
  name: 'parallelOfOne',
  steps: [
    parallel({
      name: 'p',
      steps: [step({ name: 'ask', executor: () => 'asked', humanReview: { requiresConfirmation: true } })],
    }),
  ],
});

/** Its branches have more to tell than one memo holds. */
export const parallelOfMany = workflow({
  name: 'parallelOfMany',
  steps: [
    parallel({
      name: 'p',
      steps: Array.from({ length: 100 }, (_, index) => step({ name: `s${index}`, executor: () => 'x'.repeat(900) })),
    }),
  ],
});

/** Every gate of one step, one after the other. */
export const agentAllGates = workflow({
  name: 'agentAllGates',
  steps: [
    step({
      name: 'g',
      agent: puppet,
      humanReview: {
        requiresConfirmation: true,
        requiresUserInput: true,
        userInputSchema: [{ name: 'tone' }],
        requiresOutputReview: true,
      },
    }),
    after,
  ],
});

export const agentReviewed = workflow({
  name: 'agentReviewed',
  steps: [step({ name: 'm', agent: moody, humanReview: { requiresOutputReview: true, onReject: 'retry' } })],
});

/** What an agent is asked where content comes from different places. */
export const agentMessages = workflow({
  name: 'agentMessages',
  steps: [
    step({ name: 'fromInput', agent: moody }),
    step({ name: 'object', executor: () => ({ a: 1 }) }),
    step({ name: 'fromObject', agent: moody }),
    parallel({
      name: 'p',
      steps: [step({ name: 'left', executor: () => 'L' }), step({ name: 'right', executor: () => ({ r: 2 }) })],
    }),
    step({ name: 'fromParallel', agent: moody }),
    step({ name: 'empty', executor: () => '' }),
    step({ name: 'fromEmpty', agent: moody }),
  ],
});

const nested = workflow({ name: 'nested', steps: [step({ name: 'inner', agent: puppet })] });

/** A gated call at every depth; each agent plays the run's input. */
export const agentNested = workflow({
  name: 'agentNested',
  steps: [
    steps({ name: 's', steps: [step({ name: 'inSteps', agent: puppet })] }),
    step({ name: 'again', executor: script }),
    loop({ name: 'l', maxIterations: 2, steps: [step({ name: 'inLoop', agent: puppet })] }),
    step({ name: 'again2', executor: script }),
    condition({ name: 'c', steps: [step({ name: 'inCondition', agent: puppet })] }),
    step({ name: 'again3', executor: script }),
    router({ name: 'r', choices: [step({ name: 'inRouter', agent: puppet })], selector: () => 'inRouter' }),
    step({ name: 'again4', executor: script }),
    step({ name: 'n', workflow: nested }),
    step({ name: 'again5', executor: script }),
    steps({
      name: 'two',
      steps: [
        step({ name: 'one', agent: puppet }),
        step({ name: 'again6', executor: script }),
        step({ name: 'other', agent: puppet }),
      ],
    }),
  ],
});

export const agentParallel = workflow({
  name: 'agentParallel',
  steps: [
    parallel({
      name: 'p',
      steps: [
        step({ name: 'left', agent: puppet }),
        step({ name: 'right', agent: puppet }),
        step({ name: 'ask', executor: () => 'asked', humanReview: { requiresConfirmation: true, onReject: 'cancel' } }),
      ],
    }),
    after,
  ],
});

/** Agents that together want more of the server in one workflow task than it takes. */
export const agentCrowd = workflow({
  name: 'agentCrowd',
  steps: [parallel({ name: 'p', steps: ['a', 'b', 'c', 'd'].map((name) => step({ name, agent: puppet })) })],
});

function timed(name: string, humanReview: StepReview) {
  return workflow({ name, steps: [step({ name: 'g', agent: puppet, humanReview }), after] });
}
export const agentTimeoutReject = timed('agentTimeoutReject', { timeout: '1 hour', onTimeout: 'reject' });
/** Another agent: a worker refuses to approve by timeout what needs values. */
export const agentTimeoutApprove = workflow({
  name: 'agentTimeoutApprove',
  steps: [step({ name: 'g', agent: payer, humanReview: { timeout: '1 hour', onTimeout: 'approve' } })],
});
export const agentTimeoutCancel = timed('agentTimeoutCancel', { timeout: '1 hour' });
export const agentTimeoutSkip = timed('agentTimeoutSkip', {
  timeout: '1 hour',
  onTimeout: 'skip',
  requiresConfirmation: true,
});
export const agentErrorPause = timed('agentErrorPause', { onError: 'pause' });

export const agentElse = workflow({
  name: 'agentElse',
  steps: [
    condition({
      name: 'c',
      steps: [step({ name: 'yes', executor: () => 'yes' })],
      elseSteps: [step({ name: 'g', agent: puppet })],
      humanReview: { requiresConfirmation: true },
    }),
  ],
});
export * from './mutations.ts';
