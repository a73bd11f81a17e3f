/**
 * One tool call: an activity, and what the model is told of it. Whatever goes wrong in a tool is the model's to hear; only
 * a call that a human approved and that may have run is a human's again (H2: it never repeats silently).
 */
import { isCancellation } from '@temporalio/workflow';
import { defined } from '../define/defined.ts';
import { isRecord } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import { shortText } from '../human/event-fields.ts';
import { isControl, lossOf, NodeFailure, throwIfEnded } from '../human/outcome.ts';
import {
  type PlannedCall,
  type ToolApproval,
  type ToolGate,
  type ToolOutcome,
  type ToolOutput,
  type ToolRequest,
  toolType,
} from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import { type Conversation, inKey, summaryOf, type Turn } from './conversation.ts';

/** A planned call: its arguments as checked and as the model wrote them, and the gates that it has passed. */
export type RunCall = Extract<PlannedCall, { do: 'run' }> & {
  readonly args: Json;
  readonly input: Json;
  readonly passed: readonly ToolGate[];
  readonly fields?: readonly string[];
  /** How often a worker has read its arguments otherwise than they were shown. */
  readonly readAnew?: number;
};

export function resultOutput(value: Json): ToolOutput {
  return typeof value === 'string' ? { type: 'text', value } : { type: 'json', value };
}

export function errorOutput(problem: string): ToolOutput {
  return { type: 'error-text', value: problem };
}

/** Runs the tool once. @throws {MayHaveRun} where a human let it run and no result came back */
export function* execute(conversation: Turn, call: RunCall, approval?: ToolApproval): Durable<ToolOutcome> {
  yield* throwIfEnded(conversation.branch);
  conversation.place.once('told', () => tellCall('ToolCallStarted', conversation, call));
  const outcome = yield* attempt(conversation, call, approval);
  const error = 'error' in outcome ? outcome.error : 'invalid' in outcome ? outcome.invalid : undefined;
  tellCall('ToolCallCompleted', conversation, call, error);
  return outcome;
}

/** The events of a call; also of one that runs elsewhere. */
export function tellCall(
  event: 'ToolCallStarted' | 'ToolCallCompleted',
  { host: { desk, toolScope }, agent }: Conversation,
  { toolCallId, toolName }: Pick<RunCall, 'toolCallId' | 'toolName'>,
  error?: string,
): void {
  desk.tell(event, toolScope.path, defined({ agent, toolName, toolCallId, error: shortText(error) }));
}

function* attempt(
  conversation: Turn,
  { toolCallId, toolName, args, input, idempotent }: RunCall,
  approval?: ToolApproval,
): Durable<ToolOutcome> {
  const { host, agent, branch, key } = conversation;
  const once = (approval !== undefined || host.confirmed) && !idempotent;
  const argument: ToolRequest = defined({
    ...host.toolScope,
    toolCallId,
    idempotencyKey: `${key}/${inKey(toolCallId)}`,
    args,
    rawArgs: args === input ? undefined : input,
    approval,
  });
  try {
    const call = { type: toolType(agent, toolName), summary: summaryOf(conversation), once, argument };
    return asOutcome(yield* host.execute(call, branch));
  } catch (error) {
    if (isControl(error)) throw error;
    if (once && lossOf(error)) throw new MayHaveRun(error);
    const { message, errorType } = NodeFailure.of(error, host.toolScope.path);
    if (errorType === FAILURE.tooLarge) throw error;
    return { error: isCancellation(error) ? `the call was cancelled: ${message}` : message };
  }
}

/** What is no outcome, somebody completed the activity with (`temporal activity complete`): then that is the tool's result. */
function asOutcome(value: unknown): ToolOutcome {
  if (isRecord(value)) {
    // What else is in it – a `lost` of its own, say – is not for the loop.
    const { result, error, invalid, fields, gated, args } = value;
    if (result !== undefined || isRecord(gated) || [error, invalid].some((each) => typeof each === 'string')) {
      return defined({ result, error, invalid, fields, gated, args }) as ToolOutcome;
    }
  }
  return { result: (value ?? null) as Json };
}

/** No result came back of a call that must not be repeated: its worker died, hangs, or was shut down in the middle. */
export class MayHaveRun extends Error {
  override readonly name = 'MayHaveRun';
  readonly error: unknown;

  constructor(error: unknown) {
    super();
    this.error = error;
  }
}

/** What the model hears of an outcome that is not for a human. */
export function outputOf(outcome: Exclude<ToolOutcome, { gated: unknown }>): ToolOutput {
  if ('result' in outcome) return resultOutput(outcome.result);
  return errorOutput('error' in outcome ? outcome.error : outcome.invalid);
}
