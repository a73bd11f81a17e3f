/** The agent of both sides: it looks something up, pays after a human's yes, and answers. */
import { agent, tool } from 'holdpoint/activities';
import { ScriptedModel } from 'holdpoint/testing';
import { z } from 'zod';

const inputSchema = z.object({ order: z.string() });

export const agents = {
  clerk: agent({
    model: new ScriptedModel([
      { toolCalls: [{ toolName: 'look', args: { order: '7' }, toolCallId: 'look-7' }] },
      { toolCalls: [{ toolName: 'refund', args: { order: '7' }, toolCallId: 'refund-7' }] },
      'Order 7 was lost, its money is on the way back.',
    ]),
    tools: {
      look: tool({ description: 'Looks up an order', inputSchema, execute: () => 'lost in the post' }),
      refund: tool({
        description: 'Pays an order back',
        inputSchema,
        execute: () => 'paid back',
        requiresConfirmation: true,
      }),
    },
  }),
};
