/** Runs one case through the client, as its scripted human would, and writes down what agno's harness wrote down. */
import type { HoldpointClient, Requirement, Run, ToolRequirement } from 'holdpoint/client';
import { RunFailed, WaitTimeout } from 'holdpoint/client';
import type { Recorder } from './activities.ts';
import {
  type Action,
  type Case,
  type Fields,
  FormatError,
  type JsonValue,
  type Observation,
  type ObservedFinal,
  type ObservedOutput,
  type ObservedPause,
  type ObservedTool,
} from './format.ts';

export interface Driver {
  readonly client: HoldpointClient;
  readonly recorder: Recorder;
  /** What the case calls its agents, by their names here. */
  readonly labels: ReadonlyMap<string, string>;
  /** When waiting ends, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** The run's id is the workflow's name: every case has its own, and runs once. */
export async function drive(
  { client, recorder, labels, deadline }: Driver,
  workflow: string,
  testCase: Case,
): Promise<Observation> {
  const waiting = () => ({ timeout: Math.max(1, deadline - Date.now()) });
  const pauses: ObservedPause[] = [];
  let run = await orFailed(
    client.run(workflow, {
      input: testCase.input === undefined ? 'IN' : testCase.input,
      runId: workflow,
      ...runOptions(testCase),
      ...waiting(),
    }),
  );
  for (const entry of testCase.answers) {
    if (!run.isPaused) break;
    const before = describePause(run, labels);
    const answer_errors = answer(run, [entry].flat() as Action[], labels);
    const { next, error, thrown } = await attempt(client.continueRun(run, waiting()));
    pauses.push({
      ...before,
      ...(answer_errors.length > 0 ? { answer_errors } : {}),
      ...(error === undefined ? {} : { continue_error: error }),
    });
    if (thrown instanceof WaitTimeout) throw thrown;
    if (!next) break;
    run = next;
  }
  const open = run.isPaused ? { open: describePause(run, labels) } : {};
  return { pauses, ...open, final: describeEnd(run), calls: recorder.calls(workflow) };
}

function runOptions({ workflow, run_kwargs = {} }: Case): object {
  const { session_state, additional_data, stream: _, ...unknown } = run_kwargs;
  const [key] = Object.keys(unknown);
  if (key !== undefined) throw new FormatError(`run_kwargs has the unknown field '${key}'`);
  const sessionState = { ...(workflow.session_state as Fields | null), ...(session_state as Fields | null) };
  return { sessionState, ...(additional_data == null ? {} : { additionalData: additional_data }) };
}

async function orFailed(run: Promise<Run>): Promise<Run> {
  const { next, thrown } = await attempt(run);
  if (next) return next;
  throw thrown;
}

/** A failed run is an end like others, and an error of the call as well. */
async function attempt(call: Promise<Run>): Promise<{ next?: Run; error?: string; thrown?: unknown }> {
  try {
    return { next: await call };
  } catch (thrown) {
    const error = String(thrown);
    return thrown instanceof RunFailed ? { next: thrown.run, error, thrown } : { error, thrown };
  }
}

/** The tool calls of the question that waits: agno asks for all members of a team in one, in their order. */
function openTools(run: Run, labels: Driver['labels']): ToolRequirement[] {
  const members = [...labels.keys()];
  const last = run.activeStepRequirements.at(-1)!;
  return run.activeStepRequirements
    .filter((each) => each === last || isBeside(each, last))
    .flatMap(({ tools }) => tools)
    .sort((a, b) => members.indexOf(a.member ?? '') - members.indexOf(b.member ?? ''));
}

/** Do two members of a team ask at the same time? Each asks for itself here. */
function isBeside(one: Requirement, other: Requirement): boolean {
  const isSame = one.kind === 'executor' && other.kind === 'executor' && one.path === other.path;
  return isSame && (one.resolvedAt === undefined || one.resolvedAt > other.createdAt);
}

/** How many questions agno asks for them; error pauses are in a list of their own there. */
function questions(requirements: readonly Requirement[]): Requirement[] {
  return requirements.filter(
    (each, index) => each.kind !== 'error' && !requirements.slice(0, index).some((before) => isBeside(before, each)),
  );
}

/** Answers the requirement that waits last, and returns the errors of the calls that were refused. */
function answer(run: Run, actions: readonly Action[], labels: Driver['labels']): string[] {
  const requirement = run.activeStepRequirements.at(-1)!;
  const tools = openTools(run, labels);
  const errors: string[] = [];
  const each = actions.filter(({ do: name }) => name.startsWith('tool_')).length > 1;
  for (const [index, action] of actions.entries()) {
    try {
      if (action.do.startsWith('tool_')) answerTools(tools, action, each ? index : undefined);
      else perform(requirement, action);
    } catch (error) {
      if (error instanceof FormatError) throw error;
      errors.push(String(error));
    }
  }
  return errors;
}

function perform(requirement: Requirement, action: Action): void {
  const act = Object.hasOwn(ACTIONS, action.do) ? ACTIONS[action.do] : undefined;
  if (!act) throw new FormatError(`unknown action '${action.do}'`);
  act(requirement, action);
}

const ACTIONS: Readonly<Record<string, (requirement: Requirement, action: Action) => void>> = {
  none: () => {},
  confirm: (requirement) => requirement.confirm(),
  reject: (requirement, { feedback }) => requirement.reject(...(typeof feedback === 'string' ? [feedback] : [])),
  edit: (requirement, { value }) => requirement.edit(value),
  input: (requirement, { values }) => requirement.setUserInput(values as Fields),
  select: (requirement, action) => requirement.select(...choices(action)),
  select_single: (requirement, action) => requirement.select(...choices(action)),
  select_multiple: selectMultiple,
  retry: (requirement) => requirement.retry(),
  skip: (requirement) => requirement.skip(),
};

const TOOL_ACTIONS: Readonly<Record<string, (tool: ToolRequirement, action: Action) => void>> = {
  tool_confirm: (tool) => tool.confirm(),
  tool_reject: (tool, { note }) => tool.reject(...(typeof note === 'string' ? [note] : [])),
  tool_input: (tool, { values }) => tool.provideUserInput(values as Fields),
  tool_result: (tool, { result }) => tool.setExternalExecutionResult(result),
};

/** One action is for all calls of the pause; several are for one each, in their order. */
function answerTools(tools: readonly ToolRequirement[], action: Action, index: number | undefined): void {
  const act = Object.hasOwn(TOOL_ACTIONS, action.do) ? TOOL_ACTIONS[action.do] : undefined;
  if (!act) throw new FormatError(`unknown action '${action.do}'`);
  const open = tools.filter(({ isResolved }) => !isResolved);
  for (const tool of index === undefined ? open : open.slice(index, index + 1)) act(tool, action);
}

/** agno refuses this call on a Router for one choice, even with one; `select()` here does not. */
function selectMultiple(requirement: Requirement, action: Action): void {
  if (!requirement.allowMultipleSelections) throw new Error('this router does not allow multiple selections');
  requirement.select(...choices(action));
}

function choices({ choices, choice }: Action): string[] {
  return [choices ?? choice ?? []].flat() as string[];
}

const LISTS = {
  steps_requiring_confirmation: 'stepsRequiringConfirmation',
  steps_requiring_user_input: 'stepsRequiringUserInput',
  steps_requiring_output_review: 'stepsRequiringOutputReview',
  steps_requiring_route: 'stepsRequiringRoute',
  steps_requiring_executor_resolution: 'stepsRequiringExecutorResolution',
  steps_with_errors: 'stepsWithErrors',
} as const satisfies Record<string, keyof Run>;

function describePause(run: Run, labels: Driver['labels']): ObservedPause {
  const active = run.activeStepRequirements.at(-1);
  const lists = Object.entries(LISTS).map(([name, list]) => {
    const asked = list === 'stepsWithErrors' ? run[list] : questions(run[list]);
    return [name, asked.map(({ stepName }) => stepName)] as const;
  });
  return {
    pause_kind: run.pauseKind ?? null,
    paused_step_name: run.pausedStepName ?? null,
    lists: Object.fromEntries(lists.filter(([, names]) => names.length > 0)),
    n_step_requirements: questions(run.stepRequirements).length,
    ...(active ? { active: describeRequirement(active, openTools(run, labels), labels) } : {}),
  };
}

function describeRequirement(requirement: Requirement, tools: readonly ToolRequirement[], labels: Driver['labels']) {
  const { kind, stepName, stepType, message, retryCount, availableChoices } = requirement;
  return {
    kind,
    step: stepName,
    step_type: stepType,
    message: message ?? null,
    retry_count: retryCount,
    available_choices: availableChoices ?? null,
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => describeTool(tool, labels)) }),
  };
}

function describeTool({ toolName, args, member }: ToolRequirement, labels: Driver['labels']): ObservedTool {
  return {
    tool: toolName,
    args: args as JsonValue,
    member: member === undefined ? null : (labels.get(member) ?? member),
  };
}

const STATUS = {
  completed: 'COMPLETED',
  paused: 'PAUSED',
  cancelled: 'CANCELLED',
  failed: 'ERROR',
  running: 'RUNNING',
} as const;

function describeEnd(run: Run): ObservedFinal {
  // Of a node that waits agno lists what is under review; ours also what it has done before any other question.
  const isHidden = run.isPaused && run.stepsRequiringOutputReview.length === 0;
  const listed = run.stepResults.filter(({ name }) => !isHidden || name !== run.pausedStepName);
  return {
    status: STATUS[run.status],
    content: run.content as JsonValue,
    step_results: listed as ObservedOutput[],
  };
}
