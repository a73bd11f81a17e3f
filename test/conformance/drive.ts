/** Runs one case through the client, as its scripted human would, and writes down what agno's harness wrote down. */
import type { HoldpointClient, Requirement, Run } from 'holdpoint/client';
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
} from './format.ts';

export interface Driver {
  readonly client: HoldpointClient;
  readonly recorder: Recorder;
  /** When waiting ends, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** The run's id is the workflow's name: every case has its own, and runs once. */
export async function drive(
  { client, recorder, deadline }: Driver,
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
    const before = describePause(run);
    const answer_errors = answer(run, [entry].flat() as Action[]);
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
  const open = run.isPaused ? { open: describePause(run) } : {};
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

/** Answers the requirement that waits last, and returns the errors of the calls that were refused. */
function answer(run: Run, actions: readonly Action[]): string[] {
  const requirement = run.activeStepRequirements.at(-1)!;
  const errors: string[] = [];
  for (const action of actions) {
    try {
      perform(requirement, action);
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
  select_multiple: (requirement, action) => requirement.select(...choices(action)),
  retry: (requirement) => requirement.retry(),
  skip: (requirement) => requirement.skip(),
};

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

function describePause(run: Run): ObservedPause {
  const active = run.activeStepRequirements.at(-1);
  const lists = Object.entries(LISTS).map(([name, list]) => [name, run[list].map(({ stepName }) => stepName)] as const);
  return {
    pause_kind: run.pauseKind ?? null,
    paused_step_name: run.pausedStepName ?? null,
    lists: Object.fromEntries(lists.filter(([, names]) => names.length > 0)),
    // agno keeps error pauses in a list of their own.
    n_step_requirements: run.stepRequirements.filter(({ kind }) => kind !== 'error').length,
    ...(active ? { active: describeRequirement(active) } : {}),
  };
}

function describeRequirement({ kind, stepName, stepType, message, retryCount, availableChoices }: Requirement) {
  return {
    kind,
    step: stepName,
    step_type: stepType,
    message: message ?? null,
    retry_count: retryCount,
    available_choices: availableChoices ?? null,
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
  return {
    status: STATUS[run.status],
    content: run.content as JsonValue,
    step_results: run.stepResults as ObservedOutput[],
  };
}
