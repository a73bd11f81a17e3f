/** What an agent's model can call: its tools, and for the leader of a team the delegation to its members. */
import type { Json } from '../workflows/define/step-output.ts';
import { type AgentDefinition, DELEGATE, DELEGATE_TO_ALL, type TeamDefinition } from './agent.ts';
import type { ProviderTool } from './model.ts';
import type { ToolDefinition } from './tool.ts';

/** Gives a task to members. */
export interface Delegation {
  readonly kind: 'delegation';
  readonly description: string;
  readonly jsonSchema: { readonly [keyword: string]: Json };
  readonly members: readonly string[];
  readonly toAll: boolean;
  readonly direct: boolean;
}

export interface Toolkit {
  readonly own: Readonly<Record<string, ToolDefinition | Delegation>>;
  readonly providers: Readonly<Record<string, ProviderTool>>;
  /** Instructions with what a leader has to know of its members. */
  readonly system: string | undefined;
}

export function toolkitOf(agent: AgentDefinition | TeamDefinition): Toolkit {
  const { instructions, tools } = agent;
  const entries = Object.entries(tools);
  const isOwn = (entry: (typeof entries)[number]): entry is [string, ToolDefinition] =>
    (entry[1] as { kind?: unknown }).kind === 'tool';
  const own = Object.fromEntries(entries.filter(isOwn));
  const providers = Object.fromEntries(entries.filter((entry) => !isOwn(entry))) as Record<string, ProviderTool>;
  if (agent.kind === 'agent') return { own, providers, system: instructions };
  const delegation = delegationOf(agent);
  const system = [...(instructions === undefined ? [] : [instructions]), membersOf(agent)].join('\n\n');
  return { own: { ...own, [delegation.toAll ? DELEGATE_TO_ALL : DELEGATE]: delegation }, providers, system };
}

const TASK = { type: 'string', description: 'What to do, and what the result should be: all that has to be known.' };

function delegationOf({ members, mode }: TeamDefinition): Delegation {
  const names = Object.keys(members);
  const toAll = mode === 'broadcast';
  const member = { type: 'string', enum: names, description: 'The id of the member.' };
  return {
    kind: 'delegation',
    description: toAll
      ? 'Gives a task to all members of the team at once, and returns their answers.'
      : 'Gives a task to one member of the team, and returns its answer.',
    jsonSchema: {
      type: 'object',
      properties: toAll ? { task: TASK } : { member_id: member, task: TASK },
      required: toAll ? ['task'] : ['member_id', 'task'],
      additionalProperties: false,
    },
    members: names,
    toAll,
    direct: mode === 'route',
  };
}

const DUTY: Readonly<Record<TeamDefinition['mode'], string>> = {
  coordinate: `You lead a team. Give its members tasks with ${DELEGATE}, and answer with what comes of it.`,
  route: `You lead a team. Pass the request on to the member that it is for, with ${DELEGATE}: its answer is the answer.`,
  broadcast: `You lead a team. Give all its members one task with ${DELEGATE_TO_ALL}, and answer with what comes of it.`,
};

function membersOf({ members, mode }: TeamDefinition): string {
  const list = Object.entries(members).map(([name, { description }]) =>
    description === undefined ? `- ${name}` : `- ${name}: ${description}`,
  );
  return `${DUTY[mode]} Its members:\n${list.join('\n')}`;
}
