/** Agents of a real provider's package, whose models are on this machine. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { z } from 'zod';
import { agent, tool } from '../../activities/index.ts';

/** Keys as they are hidden: by their looks, by the environment that has them, by where they stand in a message, by their use. */
export const KEYS = {
  looks: 'sk-wire-Ab3dEf6hIj9lMn2p',
  environment: 'wire horse battery',
  header: 'wire-rabbit-carrot',
  address: 'wire-turnip-field',
  use: 'wire-parsnip-tree',
  setting: 'wire-radish-hill',
} as const;

/** @param note hears what tools do, and with which run's leave */
export function wireAgents(baseURL: string, note: (runId: string, effect: string) => void) {
  const provider = { name: 'wire', baseURL };
  const modelWith = (apiKey: string, more: object = {}) =>
    createOpenAICompatible({ ...provider, apiKey, ...more })('model-1');
  const look = tool({
    description: 'Looks something up',
    inputSchema: z.object({ q: z.string(), limit: z.number().int().default(3) }),
    execute: ({ q, limit }, { runId }) => {
      note(runId, 'look');
      return { found: [q], limit };
    },
  });
  const pay = tool({
    description: 'Pays money',
    inputSchema: z.object({ to: z.string(), euros: z.number() }),
    requiresConfirmation: true,
    execute: ({ to, euros }, { runId, by = 'nobody' }) => {
      note(runId, `pay by ${by}`);
      return `${to} has ${euros} euros`;
    },
  });
  return {
    clerk: agent({
      model: modelWith(KEYS.looks),
      instructions: 'Be quick.',
      tools: { look, pay },
      settings: { temperature: 0 },
    }),
    typed: agent({
      model: modelWith(KEYS.looks, { supportsStructuredOutputs: true }),
      outputSchema: z.object({ city: z.string(), degrees: z.number() }),
    }),
    /** Its package asks for any JSON. */
    loose: agent({
      model: modelWith(KEYS.looks),
      instructions: 'Be quick.',
      outputSchema: z.object({ city: z.string() }),
    }),
    byEnvironment: agent({ model: modelWith(KEYS.environment) }),
    byHeader: agent({ model: modelWith(KEYS.header) }),
    byUse: agent({ model: modelWith(KEYS.use) }),
    bySetting: agent({
      model: modelWith(KEYS.looks),
      settings: { headers: { authorization: `Bearer ${KEYS.setting}` } },
    }),
    /** Two that no request can be made of. */
    byAddress: agent({
      model: modelWith(KEYS.looks, { baseURL: baseURL.replace('://', `://me:${KEYS.address}@`) }),
    }),
    byBrokenHeader: agent({
      model: modelWith(KEYS.looks, { headers: { 'api-key': `${KEYS.header}\n${KEYS.address}` } }),
    }),
  };
}
