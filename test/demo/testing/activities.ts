/** What the workflows of docs/testing.md need: an activity, and an agent that no test lets speak to its model. */
import { openai } from '@ai-sdk/openai';
import { agent, type StepInput, tool } from 'holdpoint/activities';
import { z } from 'zod';

export async function findOrder({ input }: StepInput<string>): Promise<{ order: string; euros: number }> {
  const response = await fetch(`https://shop.example.com/orders/${input}`);
  return (await response.json()) as { order: string; euros: number };
}

const payBack = tool({
  description: 'Pays money back.',
  inputSchema: z.object({ order: z.string(), euros: z.number() }),
  requiresConfirmation: ({ euros }) => euros > 100,
  execute: ({ order, euros }) => ({ order, paid: euros }),
});

export const agents = {
  clerk: agent({ model: openai('gpt-5.4'), instructions: 'Answer the customer.', tools: { payBack } }),
};
