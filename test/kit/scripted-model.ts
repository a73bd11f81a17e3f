/**
 * A model that says what its script says, for tests and for examples without a key. It keeps no count of its own: which
 * turn it is, it sees from the conversation, so a retried call, another run and a new worker all go by the script.
 */
import { ApplicationFailure } from '@temporalio/common';
import { DELEGATE } from '../../activities/agent.ts';
import { type LocalModel, localModel, type ModelAnswer, type ModelPrompt } from '../../activities/model.ts';
import { describe } from '../../workflows/define/describe.ts';
import type { Json } from '../../workflows/define/step-output.ts';
import type { AgentMessage, ToolCallPart, ToolOutput } from '../../workflows/protocol/agent.ts';

export interface ScriptedToolCall {
  readonly toolName: string;
  /** The arguments; a string is sent as it is, so that it can be no JSON. */
  readonly args: Readonly<Record<string, unknown>> | string;
  /** Default: `call_1`, `call_2`, … in the conversation. */
  readonly toolCallId?: string;
}

/**
 * A leader's call that gives a task to a member of its team.
 * @example
 * new ScriptedModel([{ toolCalls: [delegate('searcher', 'Find it.')] }, 'Found.'])
 */
export function delegate(member: string, task: string): ScriptedToolCall {
  return { toolName: DELEGATE, args: { member_id: member, task } };
}

/** One turn: an answer (an object is sent as JSON), tool calls, or an error. */
export type ScriptedTurn =
  | string
  | {
      readonly say?: Json;
      readonly toolCalls?: readonly ScriptedToolCall[];
      readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
    }
  | { readonly raise: string | Error };

/** What a turn can be made of. */
export interface ScriptedPrompt {
  readonly system: string | undefined;
  /** The newest user message: the agent's task, or what it was told since. */
  readonly user: string;
  /** What the tool calls so far have given, oldest first. */
  readonly toolResults: readonly Json[];
  /** Names of the tools that the model may call. */
  readonly tools: readonly string[];
  readonly messages: readonly AgentMessage[];
}

export type Script = readonly (ScriptedTurn | ((prompt: ScriptedPrompt) => ScriptedTurn | Promise<ScriptedTurn>))[];

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor copies a whole model
export interface ScriptedModel extends LocalModel {}
/**
 * Fails with `ScriptExhausted`, at once and without retries, where the conversation goes on after the script's last turn.
 * @throws {TypeError} for what is no turn; what a function gives instead of one fails with `NoTurn` when it is played
 * @example
 * const model = new ScriptedModel([{ toolCalls: [{ toolName: 'refund', args: { order: '7' } }] }, 'Done.']);
 * export const agents = { clerk: agent({ model, tools: { refund } }) };
 */
export class ScriptedModel {
  /** What it was asked in this process, oldest first. */
  readonly prompts: ScriptedPrompt[] = [];

  constructor(script: Script) {
    if (!Array.isArray(script)) throw new TypeError(`a script is a list of turns, got ${describe(script)}. ${A_TURN}`);
    script.forEach((turn, index) => {
      const problem = typeof turn === 'function' ? undefined : problemOf(turn, index);
      if (problem !== undefined) throw new TypeError(problem);
    });
    const answer = async (prompt: ModelPrompt): Promise<ModelAnswer> => {
      const asked = toPrompt(prompt);
      this.prompts.push(asked);
      const turn = prompt.messages.filter(({ role }) => role === 'assistant').length;
      if (turn >= script.length) throw exhausted(script.length, asked);
      const planned = script[turn]!;
      const given = typeof planned === 'function' ? await planned(asked) : planned;
      const problem = problemOf(given, turn);
      if (problem !== undefined) {
        throw ApplicationFailure.create({ type: 'NoTurn', message: problem, nonRetryable: true });
      }
      return toAnswer(given, prompt.messages);
    };
    Object.assign(this, localModel('scripted', answer));
  }
}

const A_TURN =
  'A turn is a text, { say } with a text or an object, { toolCalls: [{ toolName, args }, …] }, { raise }, or a function that gives one.';
const PARTS = ['say', 'toolCalls', 'usage'];

/** What else a turn cannot be: answered with an empty text, it would look like the fault of what is tested. */
function problemOf(turn: unknown, index: number): string | undefined {
  if (typeof turn === 'string') return undefined;
  const wrong = (what: string) => `turn ${index + 1} of the model's script ${what}. ${A_TURN}`;
  if (typeof turn !== 'object' || turn === null) return wrong(`is ${describe(turn)}`);
  if (Array.isArray(turn)) return wrong('is a list: write { toolCalls: […] }');
  if (isCallLike(turn)) return wrong('is a tool call: write { toolCalls: […] }');
  if ('raise' in turn) return undefined;
  const unknown = Object.keys(turn).find((key) => !PARTS.includes(key));
  if (unknown !== undefined) return wrong(`has '${unknown}', which is no part of one`);
  const { say, toolCalls = [] } = turn as { readonly say?: unknown; readonly toolCalls?: unknown };
  if (!Array.isArray(toolCalls) || !toolCalls.every(isCallLike))
    return wrong('has toolCalls that are no list of calls');
  return say === undefined && toolCalls.length === 0 ? wrong('says nothing') : undefined;
}

function isCallLike(value: unknown): boolean {
  const { toolName, args } = Object(value) as { readonly toolName?: unknown; readonly args?: unknown };
  return typeof toolName === 'string' && (typeof args === 'string' || (typeof args === 'object' && args !== null));
}

function toPrompt({ system, messages, tools }: ModelPrompt): ScriptedPrompt {
  const users = messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []));
  const outputs = messages.flatMap(({ role, content }) => (role === 'tool' ? content.map(({ output }) => output) : []));
  return {
    system,
    messages,
    tools,
    user: users.at(-1) ?? '',
    toolResults: outputs.map(({ value }: ToolOutput) => value),
  };
}

function toAnswer(turn: ScriptedTurn, messages: readonly AgentMessage[]): ModelAnswer {
  if (typeof turn === 'string') return { text: turn };
  if ('raise' in turn) throw typeof turn.raise === 'string' ? new Error(turn.raise) : turn.raise;
  const { say, toolCalls = [], usage } = turn;
  const before = messages.flatMap(({ role, content }) => (role === 'assistant' ? content.filter(isCall) : [])).length;
  return {
    ...(say === undefined ? {} : { text: typeof say === 'string' ? say : JSON.stringify(say) }),
    toolCalls: toolCalls.map(({ toolName, args, toolCallId = '' }, index) => ({
      toolCallId: toolCallId || `call_${before + index + 1}`,
      toolName,
      input: typeof args === 'string' ? args : JSON.stringify(args),
    })),
    ...(usage ? { usage } : {}),
  };
}

function isCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === 'tool-call';
}

function exhausted(turns: number, { user, toolResults }: ScriptedPrompt): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'ScriptExhausted',
    message: `the model's script has ${turns} turns, and was asked for one more. It was told: ${JSON.stringify(user)}; its tools gave: ${JSON.stringify(toolResults)}`,
    nonRetryable: true,
  });
}
