/**
 * Tool calls that a human has a word in: asked for together, answered together or one by one, and then done in the order
 * of the model. What the human saw is what runs (H2, H5): the arguments in the requirement are those of the activity.
 */
import { defined } from '../define/defined.ts';
import type { Durable } from '../human/durable.ts';
import { lost, NodeFailure, RunCancelled } from '../human/outcome.ts';
import { askedFields, REJECTED_NOTE, withUserInput } from '../human/tool-answers.ts';
import type { ToolApproval, ToolOutcome, ToolOutput } from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import type { StepRequirement, ToolRequirement } from '../protocol/requirement.ts';
import type { Turn } from './conversation.ts';
import { errorOutput, execute, MayHaveRun, outputOf, resultOutput, type RunCall, tellCall } from './tool-call.ts';

/** How often the arguments of one call are shown again because a worker reads them otherwise: a deploy may change that. */
const MOST_READINGS = 3;

type Report = (toolCallId: string, output: ToolOutput) => void;

/** @throws {RunCancelled} where the answer, or the deadline, cancels the run */
export function* askAndRun(
  conversation: Turn,
  calls: readonly RunCall[],
  report: Report,
  previousFeedback?: string,
): Durable<void> {
  const { host, agent, member, branch, place } = conversation;
  const tools = calls.map((call) => asRequirement(call, member));
  const question = defined({ kind: 'executor', executorName: agent, tools, previousFeedback });
  const answer = yield* host.ask(question, branch, place);
  if (answer.resolution === 'cancelled') throw RunCancelled.rejected(host.toolScope.stepName);
  for (const call of calls) {
    const tool = answer.tools!.find(({ toolCallId }) => toolCallId === call.toolCallId)!;
    const here = { ...conversation, place: place.child(call.toolCallId) };
    report(call.toolCallId, yield* here.place.result('heard', () => runAnswered(here, call, answer.id, tool)));
  }
}

function asRequirement({ toolCallId, toolName, args, gated }: RunCall, member: string | undefined): ToolRequirement {
  const { gate, userInputSchema } = gated!;
  return defined({ toolCallId, toolName, kind: gate, args, member, userInputSchema });
}

function* runAnswered(
  conversation: Turn,
  call: RunCall,
  requirement: string,
  tool: ToolRequirement,
): Durable<ToolOutput> {
  // Fail closed: only what is known to be a yes is one.
  if (tool.resolution !== 'confirmed') return { type: 'text', value: tool.note ?? REJECTED_NOTE };
  if (tool.kind === 'external_execution') {
    tellCall('ToolCallStarted', conversation, call);
    tellCall('ToolCallCompleted', conversation, call);
    return resultOutput(tool.result ?? null);
  }
  const passed = [...call.passed, tool.kind];
  const filled: RunCall =
    tool.kind === 'user_input'
      ? {
          ...call,
          passed,
          args: withUserInput(call.args, tool),
          input: withUserInput(call.input, tool),
          fields: askedFields(tool.userInputSchema),
        }
      : { ...call, passed };
  return yield* runCall(conversation, filled, { asked: requirement, requirement, by: tool.resolvedBy });
}

/** The permission that a call has: the executor pause that gave it, and who decided last. */
interface Permission {
  readonly asked: string;
  readonly requirement: string;
  readonly by: string | undefined;
}

/** Runs a call with the permission that it has; asks where more is needed, and where nobody knows what became of it. */
export function* runCall(conversation: Turn, call: RunCall, permission?: Permission): Durable<ToolOutput> {
  const record = (outcome: NonNullable<ToolRequirement['outcome']>) => {
    if (permission) conversation.host.desk.requirements.recordOutcome(permission.asked, call.toolCallId, outcome);
  };
  const { place } = conversation;
  const next = { ...conversation, place: place.child('next') };
  const executed = yield* place.result('executed', () => attempt(conversation, call, permission));
  if (!('lost' in executed)) {
    record('result' in executed ? 'completed' : 'error' in executed ? 'failed' : 'not_run');
    return yield* hear(next, call, executed);
  }
  record('unknown');
  const answer = yield* askWhatBecame(conversation, call, executed.lost);
  if (answer.resolution === 'retried') {
    const again = permission && { asked: permission.asked, requirement: answer.id, by: answer.resolvedBy };
    return yield* runCall(next, call, again);
  }
  if (answer.resolution !== 'skipped') throw RunCancelled.rejected(conversation.host.toolScope.stepName);
  return answer.result === undefined
    ? errorOutput('It is not known whether the call has run; a human decided to go on without its result')
    : resultOutput(answer.result);
}

/** It may have run, and no result came back: `lost` says why, to the human who is asked. */
interface Lost {
  readonly lost: string;
}

function* attempt(conversation: Turn, call: RunCall, permission: Permission | undefined): Durable<ToolOutcome | Lost> {
  try {
    return yield* execute(conversation, call, permission && approvalOf(call, permission));
  } catch (error) {
    if (!(error instanceof MayHaveRun)) throw error;
    const { agent, member } = conversation;
    return { lost: lost(`The tool '${call.toolName}' of '${member ?? agent}'`, error.error) };
  }
}

function approvalOf({ passed, fields }: RunCall, { requirement, by }: Permission): ToolApproval {
  return defined({ requirement, gates: passed, fields, by });
}

/** What the model hears; or the human, where the worker asks for more than was known, or for other values. */
function* hear(conversation: Turn, call: RunCall, outcome: ToolOutcome): Durable<ToolOutput> {
  if ('gated' in outcome) {
    const { gated, args } = outcome;
    // What runs is what was shown, and that cannot be: the human would be asked for ever.
    const readAnew = (call.readAnew ?? 0) + (args === undefined ? 0 : 1);
    if (readAnew > MOST_READINGS) {
      throw new NodeFailure(
        `The schema of the tool '${call.toolName}' gives other arguments each time that it reads the same ones, so that none can be shown and then run. Make its defaults and transforms depend on the arguments alone`,
        conversation.host.toolScope.path,
      );
    }
    // Values are merged into what the model wrote: what was checked once must not be converted again.
    const shown = args ?? (gated.gate === 'user_input' ? call.input : call.args);
    return yield* askForOne(conversation, { ...call, gated, args: shown, readAnew });
  }
  if ('invalid' in outcome && outcome.fields) return yield* askForOne(conversation, call, outcome.invalid);
  return outputOf(outcome);
}

function* askForOne(conversation: Turn, call: RunCall, previousFeedback?: string): Durable<ToolOutput> {
  let output: ToolOutput | undefined;
  const report: Report = (_, each) => {
    output = each;
  };
  yield* askAndRun(conversation, [call], report, previousFeedback);
  return output!;
}

function askWhatBecame(
  { host, branch, place }: Turn,
  { toolName, toolCallId, args }: RunCall,
  message: string,
): Durable<StepRequirement> {
  const question = {
    kind: 'error',
    message,
    errorType: FAILURE.mayHaveRun,
    mayHaveRun: true,
    toolCallId,
    input: { tool: toolName, args },
  } as const;
  return host.ask(question, branch, place);
}
