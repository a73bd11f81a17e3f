/** From agents and teams to the activities of a worker: `<agent>.generate` and `<agent>.<tool>`, each name once. */
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { describe } from '../workflows/define/describe.ts';
import { generateType, toolType } from '../workflows/protocol/agent.ts';
import { type AgentDefinition, isAgent, type TeamDefinition } from './agent.ts';
import { type ToolLimits, toolActivity } from './call-tool.ts';
import { generateActivity } from './generate.ts';
import { toolkitOf } from './toolkit.ts';

// `any`: each activity has an argument of its own
export type Activities = Record<string, (argument: any) => Promise<unknown>>;
export interface AgentLimits extends ToolLimits {
  /** Bytes of JSON of a model's reply; default: what a message of Temporal's holds. */
  readonly reply?: number;
}
export type Agents = Readonly<Record<string, AgentDefinition | TeamDefinition>>;

/** @throws {DefinitionError} for what is no agent, and for two that want the same name */
export function agentActivities(agents: unknown, limits: AgentLimits): Activities {
  const activities: Activities = {};
  for (const [name, agent] of allAgents(agents)) {
    const add = (type: string, activity: Activities[string]) => {
      if (Object.hasOwn(activities, type)) {
        throw new DefinitionError(`agents.${name}`, `two activities would be named '${type}'; rename one of them.`);
      }
      activities[type] = activity;
    };
    add(generateType(name), generateActivity(agent, limits.reply));
    for (const [toolName, tool] of Object.entries(toolkitOf(agent).own)) {
      if (tool.kind === 'tool') add(toolType(name, toolName), toolActivity(toolName, tool, limits));
    }
  }
  return activities;
}

/** Agents, teams and their members, at any depth, by name. */
function allAgents(agents: unknown): ReadonlyMap<string, AgentDefinition | TeamDefinition> {
  const found = new Map<string, AgentDefinition | TeamDefinition>();
  const visit = (group: object, path: string) => {
    for (const [name, agent] of Object.entries(group) as [string, unknown][]) {
      if (!isAgent(agent)) {
        throw new DefinitionError(
          `${path}.${name}`,
          `expected agent() or team() of holdpoint/activities, got ${describe(agent)}.`,
        );
      }
      const known = found.get(name);
      if (known === agent) continue;
      if (known) {
        throw new DefinitionError(
          `${path}.${name}`,
          `another agent is named '${name}' already, and both would have the activity '${generateType(name)}'; rename one.`,
        );
      }
      found.set(name, agent);
      if (agent.kind === 'team') visit(agent.members, `${path}.${name}.members`);
    }
  };
  if (typeof agents !== 'object' || agents === null) {
    throw new DefinitionError('agents', `expected an object of agents and teams by name, got ${describe(agents)}.`);
  }
  visit(agents, 'agents');
  return found;
}
