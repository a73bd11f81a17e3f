/**
 * The tool calls of one model turn. Ungated ones start at once, side by side; those that need a human are asked for
 * together, in one requirement, and run one after the other in the order of the model once all are answered.
 */
import { contentAsText } from '../define/step-input.ts';
import type { Json } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import type { Branch } from '../human/branch.ts';
import { sideBySide } from '../human/side-by-side.ts';
import type { ModelTurn, PlannedCall, ToolCallPart, ToolOutput, ToolResultPart } from '../protocol/agent.ts';
import type { RunAgent, Turn } from './conversation.ts';
import { askAndRun, runCall } from './gated-calls.ts';
import { delegate } from './team.ts';
import { errorOutput, resultOutput, type RunCall } from './tool-call.ts';

export type TurnDone = { readonly results: readonly ToolResultPart[] } | { readonly answer: Json };

/** What came of a call; `answer`: it is the team's. */
interface CallDone {
  readonly output: ToolOutput;
  readonly answer?: Json;
}

export function* runTurn(
  { branch: parent, place, ...conversation }: Turn,
  { message, calls }: ModelTurn,
  runAgent: RunAgent,
): Durable<TurnDone> {
  const outputs = new Map<string, ToolOutput>();
  const answers = new Map<string, Json>();
  const planned = (call: Extract<PlannedCall, { do: 'run' }>): RunCall => {
    const { input } = message.content.filter(isCall).find(({ toolCallId }) => toolCallId === call.toolCallId)!;
    return { ...call, input, args: call.args ?? input, passed: [] };
  };

  function* runOne(call: PlannedCall, here: Turn): Durable<CallDone> {
    if (call.do === 'tell') return { output: errorOutput(call.error) };
    if (call.do === 'run') return { output: yield* runCall(here, planned(call)) };
    const content = yield* delegate(here, call, runAgent);
    return { output: resultOutput(content), ...(call.direct ? { answer: content } : {}) };
  }
  const free = calls.filter((call) => !isGated(call));
  const gated = calls.filter(isGated).map(planned);
  const runFreeOne = (call: PlannedCall) =>
    function* (branch: Branch): Durable<void> {
      const here = { ...conversation, branch, place: place.child(call.toolCallId) };
      const { output, answer } = yield* here.place.result('done', () => runOne(call, here));
      outputs.set(call.toolCallId, output);
      if (answer !== undefined) answers.set(call.toolCallId, answer);
    };
  const askForOthers = (branch: Branch) =>
    askAndRun({ ...conversation, branch, place }, gated, (id, output) => outputs.set(id, output));
  const work = [...free.map(runFreeOne), ...(gated.length === 0 ? [] : [askForOthers])];
  yield* sideBySide(conversation.host.desk, parent, work, place);
  // Nothing but delegations that answer for the team: then the model is not asked again.
  if (answers.size === calls.length) return { answer: joined(calls.map(({ toolCallId }) => answers.get(toolCallId)!)) };
  return {
    results: calls.map(({ toolCallId, toolName }) => ({
      type: 'tool-result',
      toolCallId,
      toolName,
      output: outputs.get(toolCallId)!,
    })),
  };
}

function isCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === 'tool-call';
}

function isGated(call: PlannedCall): call is Extract<PlannedCall, { do: 'run' }> {
  return call.do === 'run' && call.gated !== undefined;
}

function joined(answers: readonly Json[]): Json {
  if (answers.length === 1) return answers[0]!;
  return answers.map(contentAsText).join('\n\n');
}
