/**
 * The contract between an agent's loop, which is workflow code, and its activities: one model turn, and one tool call.
 * All of it is JSON and stands in the history of runs, so what is here may only grow.
 */
import type { Json } from '../define/step-output.ts';
import type { ObjectJsonSchema } from '../define/user-input-schema.ts';

/** Activity type of an agent's model calls. */
export function generateType(agent: string): string {
  return `${agent}.generate`;
}

/** Activity type of one of an agent's tools. */
export function toolType(agent: string, tool: string): string {
  return `${agent}.${tool}`;
}

/** Bytes of JSON of a tool's result, and of arguments that a human has to read. */
export const TOOL_PAYLOAD_LIMIT = 256 * 1024;

/** What the model's provider wants to have back as it was: signatures of its reasoning, for instance. */
interface WithProviderOptions {
  readonly providerOptions?: Json;
}

/** The messages of a conversation. The AI SDK's shapes (`ModelMessage`), as far as text, reasoning and tools need them. */
export type AgentMessage =
  | { readonly role: 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: readonly AssistantPart[] }
  | { readonly role: 'tool'; readonly content: readonly ToolResultPart[] };

export type AssistantPart =
  | ({ readonly type: 'text' | 'reasoning'; readonly text: string } & WithProviderOptions)
  | ToolCallPart
  /** The result of a tool that the provider itself has run. */
  | ToolResultPart;

export interface ToolCallPart extends WithProviderOptions {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  /** As the model gave it; where that is no JSON, its text. */
  readonly input: Json;
  readonly providerExecuted?: boolean;
}

export interface ToolResultPart extends WithProviderOptions {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: ToolOutput;
}

/** What the model is told of a tool call. */
export type ToolOutput =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'json'; readonly value: Json }
  | { readonly type: 'error-text'; readonly value: string };

/** Tokens; 0 where the provider does not say. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
}

/** Run and step are for logs. */
export interface GenerateRequest extends Partial<Pick<ToolScope, 'runId' | 'stepName'>> {
  /** 1 for the first model call of a conversation. */
  readonly turn: number;
  readonly messages: readonly AgentMessage[];
}

/** One model call: what to add to the conversation, and what is to be done about each tool call in it. */
export interface ModelTurn {
  readonly message: Extract<AgentMessage, { role: 'assistant' }>;
  /** In the order of the message; calls that the provider has run itself are left out. */
  readonly calls: readonly PlannedCall[];
  /** The answer, where there are no calls: text, or the object that `outputSchema` asks for. */
  readonly content?: Json;
  /** The answer does not fit `outputSchema`: what to tell the model. */
  readonly problem?: string;
  readonly usage: TokenUsage;
  readonly maxTurns: number;
}

/** What a human has to say to a tool call before it is done. */
export type ToolGate = 'confirmation' | 'user_input' | 'external_execution';

/** A gate with what the human needs to see, as the worker's definition of the tool has it. */
export interface GatePlan {
  readonly gate: ToolGate;
  /** `user_input`: the fields to fill. */
  readonly userInputSchema?: ObjectJsonSchema;
}

export type PlannedCall = { readonly toolCallId: string; readonly toolName: string } & (
  | {
      readonly do: 'run';
      /** As checked, where that has changed them (defaults, conversions); else they are the message's. */
      readonly args?: Json;
      readonly gated?: GatePlan;
      readonly idempotent: boolean;
    }
  /** A call that cannot be: an unknown tool, arguments that do not fit. The model is told. */
  | { readonly do: 'tell'; readonly error: string }
  | {
      readonly do: 'delegate';
      readonly members: readonly string[];
      readonly task: string;
      /** The member's answer is the team's. */
      readonly direct: boolean;
    }
);

/** What a tool's function gets to know of where it runs, as it travels. */
export interface ToolScope {
  readonly runId: string;
  readonly sessionId: string;
  readonly userId?: string;
  readonly stepName: string;
  /** Path of the step, unique in the run. */
  readonly path: string;
  readonly sessionState: Readonly<Record<string, Json>>;
}

export interface ToolRequest extends ToolScope {
  readonly toolCallId: string;
  /** Unique in the namespace, and the same for every attempt of this call. */
  readonly idempotencyKey: string;
  /** As checked and, where a human approved them, as shown; what a human entered is merged in. */
  readonly args: Json;
  /** As the model gave them, where checking them has changed them (defaults, conversions). */
  readonly rawArgs?: Json;
  /** Who let it run; a tool that is gated refuses to run without. */
  readonly approval?: ToolApproval;
}

/** What humans have said to a call, so far. */
export interface ToolApproval {
  /** The newest requirement that was answered. */
  readonly requirement: string;
  /** The gates that the call has passed. */
  readonly gates: readonly ToolGate[];
  /** The arguments that a human was asked to fill. */
  readonly fields?: readonly string[];
  readonly by?: string;
}

/** Anything but a result or an error means: the tool did not run. What it threw is the activity's failure. */
export type ToolOutcome =
  | { readonly result: Json }
  /** It did run, but its result cannot be had. */
  | { readonly error: string }
  /** The arguments do not fit; `fields`: because of what a human entered. */
  | { readonly invalid: string; readonly fields?: true }
  /** A human has to be asked first, about these arguments where they are others than was known. */
  | { readonly gated: GatePlan; readonly args?: Json };
