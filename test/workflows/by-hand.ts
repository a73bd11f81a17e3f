/** A workflow() called by functions that people write themselves. */
import { step, workflow } from 'holdpoint/workflow';

const asks = workflow<string>({
  name: 'asks',
  steps: ['one', 'two'].map((name) =>
    step({ name, executor: () => name, humanReview: { requiresConfirmation: true } }),
  ),
});

export async function callsTwice(): Promise<void> {
  await asks('A');
  await asks('B');
}

export async function handsOn(...args: Parameters<typeof asks>): Promise<string> {
  const { content } = await asks(...args);
  return `by hand: ${content}`;
}

export async function keepsBack(input: string): Promise<void> {
  await asks(input);
}
