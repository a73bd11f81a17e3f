/** The agents of the recorded runs. */
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { agent, team, tool } from '../../activities/index.ts';
import { type Script, ScriptedModel } from '../kit/index.ts';

const inputSchema = z.object({ q: z.string() });
const q = (toolName: string) => ({ toolName, args: { q: toolName } });

/** Runs that have lost a result. */
const lostIn = new Set<string>();
const tools = {
  look: tool({ description: 'Looks', inputSchema, execute: () => ({ looked: true }) }),
  pay: tool({ description: 'Pays', inputSchema, requiresConfirmation: true, execute: () => 'paid' }),
  book: tool({
    description: 'Books',
    inputSchema: z.object({ q: z.string(), seat: z.string().refine((seat) => seat !== '13', 'no 13') }),
    requiresUserInput: true,
    userInputFields: ['seat'],
    execute: ({ seat }) => `seat ${seat}`,
  }),
  deploy: tool({ description: 'Deploys', inputSchema, externalExecution: true }),
  broken: tool({
    description: 'Fails',
    inputSchema,
    requiresConfirmation: true,
    execute: () => {
      throw new Error('broken');
    },
  }),
  /** Its first result is lost, as with a worker that shuts down in the middle. */
  lost: tool({
    description: 'Is lost',
    inputSchema,
    requiresConfirmation: true,
    execute: (_, { runId }) => {
      if (lostIn.has(runId)) return 'found';
      lostIn.add(runId);
      throw ApplicationFailure.create({ message: 'shut down', type: 'WorkerShutdown', nonRetryable: true });
    },
  }),
};

/** By what the run is for: the first line of its task names the script. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  all: [
    { toolCalls: [q('look'), q('pay'), q('book'), q('deploy'), q('nothing')] },
    { toolCalls: [q('lost'), q('broken')] },
    'said',
  ],
  pay: [{ toolCalls: [q('pay')] }, 'paid for'],
  ill: [{ raise: 'the model is ill' }],
};
const scripted = (byTask: (task: string) => Script) =>
  new ScriptedModel(
    [0, 1, 2].map((turn) => async (prompt) => {
      const planned = byTask(prompt.messages[0]!.content as string)[turn]!;
      return typeof planned === 'function' ? planned(prompt) : planned;
    }),
  );
const ofTask = (task: string) => SCRIPTS[Object.keys(SCRIPTS).find((name) => task.includes(`"${name}"`)) ?? 'pay']!;

const delegate = (member: string) => ({
  toolName: 'delegate_task_to_member',
  args: { member_id: member, task: '"pay"' },
});

const one = agent({ model: scripted(ofTask), tools });
const two = agent({ model: scripted(ofTask), tools });

export const agents = {
  clerk: agent({ model: scripted(ofTask), tools }),
  crew: team({
    model: scripted(() => [{ toolCalls: [delegate('one'), delegate('two')] }, 'both did']),
    members: { one, two },
  }),
};
