/** An agent that books a seat. The train is the model's to choose; seat and discount card are the passenger's. */
import { agent, tool } from 'holdpoint/activities';
import { z } from 'zod';
import { modelOr } from '../model.ts';

const bookSeat = tool({
  description: 'Books a seat in a train. The passenger is asked for seat and discount card.',
  inputSchema: z.object({
    train: z.string(),
    seat: z.enum(['window', 'aisle', 'quiet coach']),
    discountCard: z.string().optional().describe('number of your discount card, if you have one'),
  }),
  requiresUserInput: true,
  userInputFields: ['seat', 'discountCard'],
  execute: ({ train, seat, discountCard = 'none' }) => {
    console.log(`  * booked ${train}, ${seat}, discount card ${discountCard}`);
    return { train, seat, reference: 'R7K2' };
  },
});

const model = modelOr([
  // What the model puts where the passenger is asked, is not even a suggestion to the tool.
  { toolCalls: [{ toolName: 'bookSeat', args: { train: 'IC 2049', seat: 'window' } }] },
  ({ toolResults: [booked] }) => {
    if (typeof booked === 'string') return `Nothing is booked: ${booked}`;
    const { train, seat, reference } = booked as { train: string; seat: string; reference: string };
    return `You are booked on ${train} (${seat}), reference ${reference}.`;
  },
]);

export const agents = {
  clerk: agent({
    model,
    instructions: 'Book one seat. The 8 o’clock train to Basel is IC 2049. Then say in one sentence what is booked.',
    tools: { bookSeat },
  }),
};
