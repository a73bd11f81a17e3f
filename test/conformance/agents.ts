/** The agents and teams of the cases: models that say what a script says, and tools that say what they got. */
import { type AgentDefinition, agent, type Schema, type TeamDefinition, team, tool } from 'holdpoint/activities';
import { ScriptedModel, type ScriptedTurn } from 'holdpoint/testing';
import { FormatError, type Fields, type JsonValue, type ObservedCall } from './format.ts';
import { pyStr } from './python.ts';

/** Takes down what a model or a tool was called with. */
export type Record = (call: ObservedCall) => void;

/** An agent or a team as a case describes it, under the name that its activities have. */
export interface AgentSpec {
  /** As the case calls it: the name of its step, or of a member. */
  readonly label: string;
  readonly fields: Fields;
  readonly members: ReadonlyMap<string, AgentSpec>;
}

/** @param memberIds names of members by the ids that a script uses */
export function buildAgent({ label, fields, members }: AgentSpec, record: Record): AgentDefinition | TeamDefinition {
  only(fields, label, ['name', 'tools', 'script', 'members', 'mode', 'description', 'instructions']);
  const ids = new Map([...members].map(([id, member]) => [idOf(member.label), id]));
  const options = { model: scripted(label, fields.script, ids, record), tools: toolsOf(fields.tools, record) };
  if (members.size === 0) return agent(options);
  const built = [...members].map(([id, member]) => [id, buildAgent(member, record)] as const);
  const mode = typeof fields.mode === 'string' ? { mode: fields.mode as TeamDefinition['mode'] } : {};
  return team({ ...options, members: Object.fromEntries(built), ...mode });
}

/** Turns in their order, whatever the conversation: agno's model goes on in its script when a step runs again. */
function scripted(label: string, script: JsonValue | undefined, ids: ReadonlyMap<string, string>, record: Record) {
  if (!Array.isArray(script)) throw new FormatError(`agent '${label}' needs a script`);
  let turn = 0;
  return new ScriptedModel(
    Array.from({ length: 50 }, () => ({ messages, user, toolResults }) => {
      const first = messages.find(({ role }) => role === 'user')?.content as string;
      record({
        model: label,
        user: first ?? user,
        tool_results: toolResults.map((result) => pyStr(result as JsonValue)),
      });
      const planned = script[Math.min(turn, script.length - 1)] as Fields;
      turn += 1;
      return toTurn(label, planned, ids);
    }),
  );
}

function toTurn(label: string, turn: Fields, ids: ReadonlyMap<string, string>): ScriptedTurn {
  if (turn.raise !== undefined) return { raise: pyStr(turn.raise) };
  if (turn.say !== undefined) return pyStr(turn.say);
  const calls = (turn.tools ?? [turn]) as Fields[];
  return {
    toolCalls: calls.map(({ tool: toolName, name, args = {} }) => {
      const called = toolName ?? name;
      if (typeof called !== 'string') throw new FormatError(`agent '${label}': unknown turn ${JSON.stringify(turn)}`);
      return { toolName: called, args: withMember(args as Fields, ids) };
    }),
  };
}

function withMember(args: Fields, ids: ReadonlyMap<string, string>): Fields {
  const id = typeof args.member_id === 'string' ? ids.get(args.member_id) : undefined;
  return id === undefined ? args : { ...args, member_id: id };
}

function toolsOf(tools: JsonValue | undefined, record: Record) {
  const list = (tools ?? []) as Fields[];
  return Object.fromEntries(list.map((spec) => [String(spec.name), toolOf(spec, record)]));
}

type Args = { readonly [name: string]: JsonValue };

function toolOf(spec: Fields, record: Record) {
  only(spec, 'a tool', ['name', 'hitl', 'params', 'fields']);
  const { name, hitl } = spec;
  const params = (spec.params ?? ['q']) as string[];
  const common = { description: `${String(name)} for a test`, inputSchema: anyOf(params) };
  const execute = (args: Args) => {
    record({ tool: String(name), args: args as Fields });
    return `${String(name)} ok ${params.map((param) => pyStr(args[param])).join(',')}`;
  };
  switch (hitl) {
    case undefined:
    case null:
      return tool({ ...common, execute });
    case 'confirm':
      return tool({ ...common, execute, requiresConfirmation: true });
    case 'input':
      return tool({
        ...common,
        execute,
        requiresUserInput: true,
        userInputFields: (spec.fields ?? params) as string[],
      });
    case 'external':
      return tool({ ...common, externalExecution: true });
    default:
      throw new FormatError(`tool ${JSON.stringify(name)} has the unknown hitl ${JSON.stringify(hitl)}`);
  }
}

/** Takes any values for these parameters. */
function anyOf(params: readonly string[]): Schema<Args> {
  const properties = Object.fromEntries(params.map((param) => [param, {}]));
  const jsonSchema = () => ({ type: 'object', properties, required: params });
  return {
    '~standard': {
      version: 1,
      vendor: 'conformance',
      validate: (value) => ({ value: value as Args }),
      jsonSchema: { input: jsonSchema, output: jsonSchema },
    },
  };
}

/** agno's `generate_id_from_name`, by which a leader calls a member. */
function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-').replaceAll('_', '-');
}

function only(fields: Fields, what: string, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new FormatError(`${what} has the unknown field '${unknown}'`);
}
