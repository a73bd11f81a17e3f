/** Secrets for the run in test/workflows/secrets.ts, each with its own place, and what handles them. */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { agent, tool } from '../../activities/index.ts';
import { ScriptedModel } from '../kit/index.ts';

/** One text per place; that of a place says which. */
export function secretsOf() {
  const places = [
    ...['input', 'additionalData', 'sessionState', 'userInput', 'feedback', 'edited', 'localResult', 'result'],
    ...['retriedError', 'pausedError', 'stack', 'toolArgument', 'toolResult', 'toolError', 'modelSays', 'heartbeat'],
    ...['taskError', 'message', 'thrown'],
  ] as const;
  return Object.fromEntries(places.map((place) => [place, `SECRET${place}`])) as Record<
    (typeof places)[number],
    string
  >;
}

const keep = tool({
  description: 'Keeps a secret',
  inputSchema: z.object({ what: z.string() }),
  requiresConfirmation: true,
  execute: () => 'SECRETtoolResult',
});
const lose = tool({
  description: 'Loses a secret',
  inputSchema: z.object({}),
  execute: () => {
    throw new Error('SECRETtoolError');
  },
});

export const activities = {
  agents: {
    keeper: agent({
      model: new ScriptedModel([
        { toolCalls: [{ toolName: 'keep', args: { what: 'SECRETtoolArgument' } }] },
        { toolCalls: [{ toolName: 'lose', args: {} }] },
        { say: 'SECRETmodelSays' },
      ]),
      tools: { keep, lose },
    }),
  },
  async near(): Promise<string> {
    return 'SECRETlocalResult';
  },
  async stumble(): Promise<string> {
    if (Context.current().info.attempt === 1) throw new Error('SECRETretriedError');
    return 'SECRETresult';
  },
  async refuse(): Promise<string> {
    throw SECRETstack();
  },
  async beat(): Promise<void> {
    Context.current().heartbeat('SECRETheartbeat');
    await Context.current().cancelled;
  },
};

/** Its name is in the stack trace of the error. */
function SECRETstack(): Error {
  return new Error('SECRETpausedError');
}
