/**
 * The tool calls of one model turn. Ungated ones start at once, side by side; those that need a human are asked for
 * together, in one requirement, and run one after the other in the order of the model once all are answered.
 */
import type { Json } from '../define/step-output.ts';
import type { ModelTurn, PlannedCall, ToolCallPart, ToolOutput, ToolResultPart } from '../protocol/agent.ts';
import type { Conversation, RunAgent } from './conversation.ts';
import { askAndRun } from './gated-calls.ts';
import { delegate } from './team.ts';
import { execute, outputOf, type RunCall, tell, told } from './tool-call.ts';

export type TurnDone = { readonly results: readonly ToolResultPart[] } | { readonly answer: Json };

export async function runTurn(
  conversation: Conversation,
  turn: number,
  { message, calls }: ModelTurn,
  runAgent: RunAgent,
): Promise<TurnDone> {
  const outputs = new Map<string, ToolOutput>();
  const answers: Json[] = [];
  const inputOf = (id: string) => message.content.filter(isCall).find(({ toolCallId }) => toolCallId === id)!.input;

  const free = async (call: PlannedCall): Promise<ToolOutput> => {
    if (call.do === 'tell') return tell(call.error);
    if (call.do === 'run') return runFree(conversation, turn, { ...call, input: inputOf(call.toolCallId) });
    const content = await delegate(conversation, call, runAgent);
    if (call.direct) answers.push(content);
    return outputOf(content);
  };
  const gated = calls.filter(isGated).map((call): RunCall => ({ ...call, input: inputOf(call.toolCallId) }));
  await settleAll([
    ...calls
      .filter((call) => !isGated(call))
      .map(async (call) => {
        outputs.set(call.toolCallId, await free(call));
        // Where a question waits beside it, nothing else would show that only the human is missing now.
        conversation.host.publish();
      }),
    ...(gated.length === 0 ? [] : [askAndRun(conversation, turn, gated, (id, output) => outputs.set(id, output))]),
  ]);
  // Nothing but delegations that answer for the team: then the model is not asked again.
  if (answers.length === calls.length)
    return { answer: answers.length === 1 ? answers[0]! : answers.map(text).join('\n\n') };
  return {
    results: calls.map(({ toolCallId, toolName }) => ({
      type: 'tool-result',
      toolCallId,
      toolName,
      output: outputs.get(toolCallId)!,
    })),
  };
}

/** A call that needs nobody's leave – unless the worker that runs it knows better. */
async function runFree(conversation: Conversation, turn: number, call: RunCall): Promise<ToolOutput> {
  const outcome = await execute(conversation, turn, call, {});
  if (!('gated' in outcome)) return told(outcome);
  // The tool was gated by a deploy after the model had called it.
  let output: ToolOutput | undefined;
  await askAndRun(conversation, turn, [{ ...call, gated: outcome.gated }], (_, each) => {
    output = each;
  });
  return output!;
}

function isCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === 'tool-call';
}

function isGated(call: PlannedCall): call is Extract<PlannedCall, { do: 'run' }> {
  return call.do === 'run' && call.gated !== undefined;
}

function text(content: Json): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** Waits until all have ended: no call of a turn goes on behind its failure. @throws the first failure, in their order */
async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
