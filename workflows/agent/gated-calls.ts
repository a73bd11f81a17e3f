/**
 * Tool calls that a human has a word in: asked for together, answered together or one by one, and then done in the order
 * of the model. What the human saw is what runs (H2, H5): the arguments in the requirement are those of the activity.
 */
import { finalArgs, REJECTED_NOTE } from '../human/tool-answers.ts';
import { RunCancelled } from '../human/outcome.ts';
import type { ToolOutput } from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import type { StepRequirement, ToolRequirement } from '../protocol/requirement.ts';
import type { Conversation } from './conversation.ts';
import { execute, MayHaveRun, outputOf, type RunCall, tell, tellCall, told } from './tool-call.ts';

type Report = (toolCallId: string, output: ToolOutput) => void;
type ToolApproval = Pick<StepRequirement, 'id' | 'resolvedBy'>;

/** @throws {RunCancelled} where the answer, or the deadline, cancels the run */
export async function askAndRun(
  conversation: Conversation,
  turn: number,
  calls: readonly RunCall[],
  report: Report,
  previousFeedback?: string,
): Promise<void> {
  const { host, agent, member, branch } = conversation;
  const again = previousFeedback === undefined ? {} : { previousFeedback };
  const tools = calls.map((call) => asRequirement(call, member));
  const answer = await host.ask({ kind: 'executor', executorName: agent, tools, ...again }, branch);
  if (answer.resolution === 'cancelled') throw RunCancelled.rejected(host.toolScope.stepName);
  for (const call of calls) {
    const tool = answer.tools!.find(({ toolCallId }) => toolCallId === call.toolCallId)!;
    await runAnswered(conversation, turn, call, { answer, tool }, report);
  }
}

function asRequirement({ toolCallId, toolName, args, gated }: RunCall, member: string | undefined): ToolRequirement {
  const { gate, userInputSchema } = gated!;
  return {
    ...{ toolCallId, toolName, kind: gate, args },
    ...(member === undefined ? {} : { member }),
    ...(userInputSchema === undefined ? {} : { userInputSchema }),
  };
}

async function runAnswered(
  conversation: Conversation,
  turn: number,
  call: RunCall,
  { answer, tool }: { readonly answer: StepRequirement; readonly tool: ToolRequirement },
  report: Report,
): Promise<void> {
  const { toolCallId } = call;
  // Fail closed: only what is known to be a yes is one.
  if (tool.resolution !== 'confirmed') {
    report(toolCallId, { type: 'text', value: tool.note ?? REJECTED_NOTE });
  } else if (tool.kind === 'external_execution') {
    tellCall('ToolCallStarted', conversation, call);
    tellCall('ToolCallCompleted', conversation, call);
    report(toolCallId, outputOf(tool.result ?? null));
  } else {
    const approval = { id: answer.id, ...(tool.resolvedBy === undefined ? {} : { resolvedBy: tool.resolvedBy }) };
    await runApproved(conversation, turn, call, tool, approval, report);
  }
}

/** Runs it; again only when a human says so who knows that it may have run. */
async function runApproved(
  conversation: Conversation,
  turn: number,
  call: RunCall,
  tool: ToolRequirement,
  { id, resolvedBy }: ToolApproval,
  report: Report,
): Promise<void> {
  const { kind: gate } = tool;
  const by = resolvedBy === undefined ? {} : { by: resolvedBy };
  const approved = {
    approval: { requirement: id, gate, ...by },
    ...(gate === 'user_input' ? { args: finalArgs(tool) } : {}),
  };
  try {
    const outcome = await execute(conversation, turn, call, approved);
    if ('gated' in outcome) {
      // The worker's definition asks for another kind of answer than the one that was given.
      return await askAndRun(conversation, turn, [{ ...call, gated: outcome.gated }], report);
    }
    if ('invalid' in outcome && gate === 'user_input') {
      return await askAndRun(conversation, turn, [call], report, outcome.invalid);
    }
    report(call.toolCallId, told(outcome));
  } catch (error) {
    if (!(error instanceof MayHaveRun)) throw error;
    const answer = await askWhatBecame(conversation, tool);
    if (answer.resolution === 'retried') return runApproved(conversation, turn, call, tool, answer, report);
    if (answer.resolution !== 'skipped') throw RunCancelled.rejected(conversation.host.toolScope.stepName);
    report(
      call.toolCallId,
      answer.result === undefined
        ? tell('It is not known whether the call has run; a human decided to go on without its result')
        : outputOf(answer.result),
    );
  }
}

async function askWhatBecame(
  { host, agent, member, branch }: Conversation,
  { toolName, toolCallId, args, userInput }: ToolRequirement,
): Promise<StepRequirement> {
  const question = {
    kind: 'error',
    message: `The tool '${toolName}' of '${member ?? agent}' may have run: no result came back (its worker died, or it took too long)`,
    errorType: FAILURE.mayHaveRun,
    mayHaveRun: true,
    toolCallId,
    input: { tool: toolName, args, ...(userInput === undefined ? {} : { userInput }) },
  } as const;
  return host.ask(question, branch);
}
