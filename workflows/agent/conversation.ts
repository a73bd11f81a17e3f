/** One conversation with a model: whose it is, and what its loop may do in the run around it. */
import type { Json } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import type { Branch } from '../human/branch.ts';
import type { Desk } from '../human/desk.ts';
import type { Place } from '../human/place.ts';
import type { TokenUsage, ToolScope } from '../protocol/agent.ts';
import type { RequirementRequest, StepRequirement } from '../protocol/requirement.ts';

/** An activity of an agent. */
export interface AgentCall {
  readonly type: string;
  /** What the Web UI shows beside the type, after the step's name. */
  readonly summary: string;
  /** Started at most once: what a human approved, unless its tool says that it may be repeated. */
  readonly once?: boolean;
  readonly argument: object;
}

/** The step that an agent runs in, as far as its loop needs it. */
export interface AgentHost {
  readonly desk: Desk;
  readonly toolScope: ToolScope;
  /** A human confirmed the step: then its tools run at most once, as a function would. */
  readonly confirmed: boolean;
  /** @throws {ActivityFailure} · {NodeFailure} where the argument is too large · what ends the branch */
  readonly execute: (call: AgentCall, branch: Branch) => Durable<unknown>;
  readonly ask: (
    question: Pick<RequirementRequest, 'kind'> & Partial<RequirementRequest>,
    branch: Branch,
    place: Place,
  ) => Durable<StepRequirement>;
  readonly spend: (usage: TokenUsage) => void;
}

export interface Conversation {
  readonly host: AgentHost;
  /** Ends with what goes on beside it: a call of the same turn, a member, a branch of a Parallel. */
  readonly branch: Branch;
  /** The name on the Node side. */
  readonly agent: string;
  /** Set where a team's leader delegated to this agent. */
  readonly member?: string;
  /** Unique in the namespace: tool calls are unique within it. */
  readonly key: string;
  /** What has been done in this part of it: the conversation, a turn, a call. */
  readonly place: Place;
}

/** A conversation at one of its turns. */
export interface Turn extends Conversation {
  /** 1 for the first model call. */
  readonly turn: number;
}

/** An id that a model wrote, as a part of a key: it cannot look like several parts. */
export function inKey(id: string): string {
  return id.replace(/[%/:]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Runs an agent's loop on a task, to its answer. */
export type RunAgent = (conversation: Conversation, task: string) => Durable<Json>;

/** `turn 2`, or `researcher · turn 2` for a member. */
export function summaryOf({ member, turn }: Turn): string {
  return member === undefined ? `turn ${turn}` : `${member} · turn ${turn}`;
}
