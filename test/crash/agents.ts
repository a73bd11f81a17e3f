/** Agents whose models and tools note what they do in a file outside, and hang until their worker is killed. */
import { z } from 'zod';
import { agent, tool } from '../../activities/index.ts';
import { ScriptedModel } from '../kit/index.ts';
import { hangOnce, note } from './activities.ts';

const inputSchema = z.object({ to: z.string() });
const look = tool({
  description: 'Looks up',
  inputSchema,
  execute: () => {
    note('look');
    return 'looked';
  },
});

const hanging =
  (name: string) =>
  async (_: unknown, { by }: { readonly by?: string }) => {
    await hangOnce(by === undefined ? name : `${name} by ${by}`);
    return `${name} done`;
  };

export const agents = {
  thinker: agent({
    model: new ScriptedModel([
      () => {
        note('model 1');
        return { toolCalls: [{ toolName: 'look', args: { to: 'x' } }] };
      },
      async ({ toolResults }) => {
        await hangOnce('model 2');
        return `${String(toolResults[0])}, then thought`;
      },
    ]),
    tools: { look },
  }),
  payer: agent({
    model: new ScriptedModel([
      ({ user }) => ({ toolCalls: [{ toolName: user, args: { to: 'x' } }] }),
      ({ toolResults }) => `heard: ${String(toolResults[0])}`,
    ]),
    tools: {
      gated: tool({ description: 'Pays', inputSchema, requiresConfirmation: true, execute: hanging('gated') }),
      idempotent: tool({
        description: 'Pays, can be repeated',
        inputSchema,
        requiresConfirmation: true,
        idempotent: true,
        execute: hanging('idempotent'),
      }),
      free: tool({ description: 'Asks nobody', inputSchema, execute: hanging('free') }),
    },
  }),
};
