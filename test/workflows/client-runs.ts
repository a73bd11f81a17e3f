/** Runs for the tests of the client: one per kind of pause, and one per way to end. */
import { condition as until, continueAsNew, defineSignal, setHandler } from '@temporalio/workflow';
import { parallel, proxyActivities, router, step, workflow } from 'holdpoint/workflow';

const { slow } = proxyActivities<{ slow(): Promise<string> }>({ startToCloseTimeout: '1 minute' });

const ask = (name: string) => step({ name, executor: () => name, humanReview: { requiresConfirmation: true } });

export const clientGate = workflow({
  name: 'clientGate',
  steps: [
    step({ name: 'a', executor: (input) => `a<${input.getInputAsString()}>` }),
    step({
      name: 'b',
      executor: () => 'b',
      humanReview: { requiresConfirmation: true, confirmationMessage: 'Go on?' },
    }),
  ],
});

export const cronGate = workflow({
  name: 'cronGate',
  steps: [
    step({ name: 'key', executor: (input) => input.idempotencyKey, humanReview: { requiresOutputReview: true } }),
  ],
});

export const clientTwice = workflow({ name: 'clientTwice', steps: [ask('one'), ask('two')] });

export const clientChain = workflow({
  name: 'clientChain',
  steps: [
    step({
      name: 'form',
      executor: (input) => input.additionalData,
      humanReview: {
        requiresConfirmation: true,
        requiresUserInput: true,
        userInputSchema: [{ name: 'limit', type: 'int' }],
      },
    }),
    step({ name: 'draft', executor: slow, humanReview: { requiresOutputReview: true } }),
    router({
      name: 'where',
      choices: [step({ name: 'mail', executor: () => 'mailed' }), step({ name: 'web', executor: () => 'on the web' })],
      humanReview: { requiresUserInput: true },
    }),
  ],
});

export const clientParallel = workflow({
  name: 'clientParallel',
  steps: [parallel({ name: 'both', steps: [ask('left'), ask('right')] })],
});

export const clientFails = workflow({
  name: 'clientFails',
  steps: [
    ask('gate'),
    step({
      name: 'broken',
      maxRetries: 0,
      executor: () => {
        throw new Error('no luck');
      },
    }),
  ],
});

/** What is reviewed is another draft each time. */
export const clientReview = workflow({
  name: 'clientReview',
  steps: [step({ name: 'draft', executor: slow, humanReview: { requiresOutputReview: true } })],
});

export const clientInput = workflow<{ amount: number }>({
  name: 'clientInput',
  inputSchema: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } },
  steps: [step({ name: 'take', executor: (input) => input.input })],
});

/** No run of holdpoint: continues as new at each signal, for the reader of histories. */
export async function clientRelay(round: number): Promise<string> {
  let next = round >= 3;
  setHandler(defineSignal('next'), () => {
    next = true;
  });
  await until(() => next);
  return round >= 3 ? 'done' : continueAsNew<typeof clientRelay>(round + 1);
}
