/** Agents and teams: who does the work of a step. Exported in `agents`, workflow code knows them by name. */
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { describe } from '../workflows/define/describe.ts';
import { checkOptions } from '../workflows/define/options.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { Model, ModelSettings, ProviderTool } from './model.ts';
import { type Schema, toJsonSchema } from './schema.ts';
import { isProviderTool, type ToolDefinition } from './tool.ts';

/** Tools by the name under which the model calls them; a provider's own tools as the AI SDK has them. */
export type Tools = Readonly<Record<string, ToolDefinition | ProviderTool>>;

export interface AgentOptions {
  /** Any language model of the AI SDK. */
  readonly model: Model;
  readonly instructions?: string;
  /** For the leader of a team: what this agent is good at. */
  readonly description?: string;
  readonly tools?: Tools;
  /** The answer is an object of this shape; one that is not goes back to the model. Default: text. */
  readonly outputSchema?: Schema;
  /** Model calls until there must be an answer. Default 25. */
  readonly maxTurns?: number;
  /** Temperature, limits, the provider's own options. */
  readonly settings?: ModelSettings;
}

export type TeamMode = 'coordinate' | 'route' | 'broadcast';

export interface TeamOptions extends AgentOptions {
  /** By the name under which the leader knows them. */
  readonly members: Readonly<Record<string, AgentDefinition | TeamDefinition>>;
  /**
   * `coordinate`: the leader delegates, and answers itself. `route`: the answer of the member is the answer.
   * `broadcast`: what the leader delegates goes to all members. Default `coordinate`.
   */
  readonly mode?: TeamMode;
}

export interface AgentDefinition extends Omit<AgentOptions, 'tools' | 'maxTurns'> {
  readonly kind: 'agent';
  readonly tools: Tools;
  readonly maxTurns: number;
  readonly answerSchema?: { readonly [keyword: string]: Json };
}

export interface TeamDefinition extends Omit<AgentDefinition, 'kind'> {
  readonly kind: 'team';
  readonly members: TeamOptions['members'];
  readonly mode: TeamMode;
}

/** The tool of a leader that gives a task to one member. agno's name. */
export const DELEGATE = 'delegate_task_to_member';
/** The same for all members at once. */
export const DELEGATE_TO_ALL = 'delegate_task_to_members';

const OPTIONS = ['model', 'instructions', 'description', 'tools', 'outputSchema', 'maxTurns', 'settings'];
const MODES: readonly unknown[] = ['coordinate', 'route', 'broadcast'];
/** What providers take as the name of a tool. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;

/**
 * An agent: a model with instructions and tools. Every model call and every tool call is an activity.
 * @throws {DefinitionError} in one sentence, when the module loads
 * @example
 * export const agents = { processor: agent({ model: openai('gpt-5.4'), instructions: 'Clean up.', tools: { deleteRecords } }) };
 */
export function agent(options: AgentOptions): AgentDefinition {
  checkOptions('agent', options, OPTIONS, 'agent');
  return { kind: 'agent', ...definitionOf('agent', options) };
}

/**
 * A team: a leader who delegates to its members. A member's tool calls pause the step under the member's name.
 * @throws {DefinitionError} in one sentence, when the module loads
 * @example
 * export const agents = { research: team({ model, members: { searcher, writer }, instructions: 'Write a report.' }) };
 */
export function team(options: TeamOptions): TeamDefinition {
  checkOptions('team', options, [...OPTIONS, 'members', 'mode'], 'team');
  const { members, mode = 'coordinate' } = options;
  if (!MODES.includes(mode)) refuse('team', `mode must be one of ${MODES.join(', ')}, got ${describe(mode)}.`);
  if (typeof members !== 'object' || members === null || Object.keys(members).length === 0) {
    refuse('team', `members must be an object with at least one agent, got ${describe(members)}.`);
  }
  if (Array.isArray(members) && members.length > 0) refuse('team', named('members'));
  for (const [name, member] of Object.entries(members)) {
    if (!isAgent(member)) refuse('team', `member '${name}' must be an agent or a team, got ${describe(member)}.`);
    if (!NAME.test(name)) refuse('team', `'${name}' cannot be a member's name: letters, digits, _ and -.`);
  }
  const definition = definitionOf('team', options);
  for (const name of [DELEGATE, DELEGATE_TO_ALL]) {
    if (name in definition.tools) refuse('team', `'${name}' is the leader's own tool; give yours another name.`);
  }
  return { kind: 'team', ...definition, members, mode };
}

function definitionOf(kind: 'agent' | 'team', options: AgentOptions): Omit<AgentDefinition, 'kind'> {
  const { model, instructions, tools = {}, outputSchema, maxTurns = 25 } = options;
  if (model === undefined || model === null) refuse(kind, 'model is missing: give it a language model of the AI SDK.');
  if (instructions !== undefined && typeof instructions !== 'string') {
    refuse(kind, `instructions must be a string, got ${describe(instructions)}.`);
  }
  if (!Number.isSafeInteger(maxTurns) || maxTurns < 1) {
    refuse(kind, `maxTurns must be a whole number from 1, got ${describe(maxTurns)}.`);
  }
  if (Array.isArray(tools) && tools.length > 0) refuse(kind, named('tools'));
  for (const [name, each] of Object.entries(tools)) checkTool(kind, name, each);
  const answerSchema = outputSchema === undefined ? {} : { answerSchema: answerSchemaOf(kind, outputSchema) };
  return { ...options, tools, maxTurns, ...answerSchema };
}

/** agno has lists here, of what has a name of its own. */
function named(field: string): string {
  return `${field} must be an object with a name for each, such as { search, write }, got a list.`;
}

function answerSchemaOf(kind: string, schema: Schema) {
  try {
    return toJsonSchema(schema);
  } catch (error) {
    return refuse(kind, `outputSchema: ${reasonOf(error)}.`);
  }
}

/** Gates that would be said and not kept. */
const GATES = ['requiresConfirmation', 'requiresUserInput', 'userInputFields', 'externalExecution', 'needsApproval'];

function checkTool(kind: string, name: string, value: unknown): void {
  if (!NAME.test(name)) refuse(kind, `'${name}' cannot be a tool's name: at most 64 letters, digits, _ and -.`);
  if (name === 'generate') refuse(kind, "a tool cannot be named 'generate': so the model calls are named.");
  if ((value as { kind?: unknown } | null)?.kind === 'tool') return;
  if (!isProviderTool(value)) {
    refuse(kind, `tool '${name}' must come from tool() of holdpoint/activities, got ${describe(value)}.`);
  }
  const { args } = value as { readonly args?: { readonly requireApproval?: unknown } };
  const approval =
    args?.requireApproval !== undefined && args.requireApproval !== 'never' ? 'requireApproval' : undefined;
  const gate = approval ?? GATES.find((key) => (value as Record<string, unknown>)[key] !== undefined);
  if (gate !== undefined) {
    refuse(kind, `tool '${name}' is run by the model's provider, so ${gate} cannot be kept; gate a tool of your own.`);
  }
}

export function isAgent(value: unknown): value is AgentDefinition | TeamDefinition {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return kind === 'agent' || kind === 'team';
}

function refuse(path: string, problem: string): never {
  throw new DefinitionError(path, problem);
}
