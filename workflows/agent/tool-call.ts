/**
 * One tool call: an activity, and what the model is told of it. Whatever goes wrong in a tool is the model's to hear; only
 * a call that a human approved and that may have run is a human's again (H2: it never repeats silently).
 */
import { isCancellation } from '@temporalio/workflow';
import type { Json } from '../define/step-output.ts';
import { isControl, mayHaveRun, NodeFailure } from '../human/outcome.ts';
import { type PlannedCall, type ToolOutcome, type ToolOutput, type ToolRequest, toolType } from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import { cut } from '../protocol/memo.ts';
import { type Conversation, summaryOf } from './conversation.ts';

/** A planned call with its arguments: as checked, and as the model wrote them. */
export type RunCall = Extract<PlannedCall, { do: 'run' }> & { readonly args: Json; readonly input: Json };

export function outputOf(value: Json): ToolOutput {
  return typeof value === 'string' ? { type: 'text', value } : { type: 'json', value };
}

export function tell(problem: string): ToolOutput {
  return { type: 'error-text', value: problem };
}

/** Characters of an error that an event shows. */
const ERROR_LIMIT = 500;

type Approved = Partial<Pick<ToolRequest, 'args' | 'approval'>>;

/** Runs the tool once. @throws {MayHaveRun} where it was approved and no result came back */
export async function execute(
  conversation: Conversation,
  turn: number,
  call: RunCall,
  approved: Approved,
): Promise<ToolOutcome> {
  tellCall('ToolCallStarted', conversation, call);
  const outcome = await attempt(conversation, turn, call, approved);
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
  const data = { agent, toolName, toolCallId };
  if (event === 'ToolCallStarted') desk.tell(event, toolScope.path, data);
  else
    desk.tell(event, toolScope.path, { ...data, ...(error === undefined ? {} : { error: cut(error, ERROR_LIMIT) }) });
}

async function attempt(
  conversation: Conversation,
  turn: number,
  { toolCallId, toolName, args, input, idempotent }: RunCall,
  approved: Approved,
): Promise<ToolOutcome> {
  const { host, agent, branch, key } = conversation;
  const once = approved.approval !== undefined && !idempotent;
  const changed = approved.args === undefined && args !== input;
  const argument: ToolRequest = {
    ...host.toolScope,
    toolCallId,
    idempotencyKey: `${key}/${toolCallId}`,
    args,
    ...(changed ? { rawArgs: input } : {}),
    ...approved,
  };
  try {
    const call = { type: toolType(agent, toolName), summary: summaryOf(conversation, turn), once, argument };
    return (await host.execute(call, branch)) as ToolOutcome;
  } catch (error) {
    if (isControl(error)) throw error;
    if (once && mayHaveRun(error)) throw new MayHaveRun();
    const { message, errorType } = NodeFailure.of(error, host.toolScope.path);
    if (errorType === FAILURE.tooLarge) throw error;
    return { error: isCancellation(error) ? `the call was cancelled: ${message}` : message };
  }
}

/** No result came back of a call that must not be repeated: its worker died, hangs, or was shut down in the middle. */
export class MayHaveRun extends Error {
  override readonly name = 'MayHaveRun';
}

/** What the model hears of an outcome that is not for a human. */
export function told(outcome: Exclude<ToolOutcome, { gated: unknown }>): ToolOutput {
  if ('result' in outcome) return outputOf(outcome.result);
  return tell('error' in outcome ? outcome.error : outcome.invalid);
}
