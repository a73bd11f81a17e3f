/** A run that carries secrets wherever one can go, and runs that fail with one; in a bundle of their own. */
import { proxyActivities, proxyAgents, proxyLocalActivities, step, workflow } from 'holdpoint/workflow';
import type { activities, secretsOf } from '../support/secrets.ts';

type Secrets = ReturnType<typeof secretsOf>;
const quick = { startToCloseTimeout: '1 minute', retry: { initialInterval: '1ms' } } as const;
const { stumble, refuse, beat } = proxyActivities<typeof activities>(quick);
const { near } = proxyLocalActivities<typeof activities>(quick);
const { keeper } = proxyAgents<(typeof activities)['agents']>(quick);

export const secrets = workflow<Secrets>({
  name: 'secrets',
  steps: [
    step({
      name: 'form',
      executor: ({ additionalData }) => additionalData,
      humanReview: {
        requiresConfirmation: true,
        confirmationMessage: 'SECRETmessage',
        requiresUserInput: true,
        userInputSchema: [{ name: 'text', type: 'str', required: true }],
        timeout: '1 hour',
      },
    }),
    step({ name: 'near', executor: near }),
    step({ name: 'stumble', executor: stumble, humanReview: { requiresOutputReview: true, onReject: 'retry' } }),
    step({ name: 'keep', agent: keeper, maxRetries: 0 }),
    step({ name: 'refuse', executor: refuse, maxRetries: 0, humanReview: { onError: 'pause' } }),
    step({
      name: 'inline',
      maxRetries: 0,
      executor: () => {
        throw new Error('SECRETthrown');
      },
    }),
  ],
});

/** Says something and never ends. */
export const beats = workflow({ name: 'beats', steps: [step({ name: 'beat', executor: beat })] });

/** Fails its workflow task. */
export async function stuck(secret: string): Promise<void> {
  throw new Error(secret);
}
