/** One run, from its arguments to its output. */
import { ApplicationFailure, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { WorkflowDefinition } from '../define/definition.ts';
import type { AdditionalData } from '../define/step-input.ts';
import { lastContent, type Json } from '../define/step-output.ts';
import { UsageMeter } from '../agent/usage.ts';
import { EMPTY_FLOW } from '../compile/flow.ts';
import { runNode } from '../compile/node.ts';
import { NodeFailure, passCancellation, RunCancelled } from '../human/outcome.ts';
import { toJson } from '../compile/output.ts';
import type { RunContext, Scope } from '../compile/scope.ts';
import { runSequence } from '../compile/sequence.ts';
import { SessionState } from '../compile/session-state.ts';
import { Frame } from '../compile/tree.ts';
import { Branch } from '../human/branch.ts';
import { Desk } from '../human/desk.ts';
import { contentFields } from '../human/journal.ts';
import { installHandlers } from '../human/handlers.ts';
import { FAILURE } from '../protocol/failure.ts';
import { cut } from '../protocol/memo.ts';
import { ON_PAUSE_PATCH } from '../protocol/on-pause.ts';
import { NO_STEPS_EXECUTED, type RunOptions, type RunOutput, type RunStatus } from '../protocol/run-output.ts';
import { NO_SEARCH_ATTRIBUTES_PATCH } from '../protocol/search-attributes.ts';
import { guardDefinition } from './drift-guard.ts';
import { fitted } from './fit.ts';
import { checkedInput, checkedOptions } from './run-input.ts';

/** @throws {ApplicationFailure} `holdpoint.StepFailed` with the run output as its detail, or `holdpoint.InvalidInput` */
export async function executeRun(definition: WorkflowDefinition, input: unknown, options: unknown): Promise<RunOutput> {
  guardDefinition(definition);
  const checked = checkedOptions(options);
  const run = new Run(definition, checked);
  installHandlers(run.desk, () => run.output(run.desk.status, null));
  return run.execute(await checkedInput(definition, input));
}

class Run {
  readonly desk: Desk;
  private readonly definition: WorkflowDefinition;
  private readonly context: RunContext;
  private readonly frame = new Frame('', 'Workflow');
  private readonly state: SessionState;

  constructor(definition: WorkflowDefinition, options: RunOptions) {
    const { sessionId, userId, sessionState = {}, additionalData = {} } = options;
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const rounds = new Map<string, number>();
    this.definition = definition;
    this.desk = new Desk({
      workflowName: definition.name,
      sessionId: sessionId ?? workflowId,
      executionId: firstExecutionRunId,
      searchAttributes: !patched(NO_SEARCH_ATTRIBUTES_PATCH),
      announces: patched(ON_PAUSE_PATCH),
      runId: workflowId,
    });
    this.state = new SessionState(toJson(sessionState, 'sessionState') as Record<string, Json>);
    this.context = {
      runId: workflowId,
      executionId: firstExecutionRunId,
      sessionId: sessionId ?? workflowId,
      ...(userId === undefined ? {} : { userId }),
      additionalData: toJson(additionalData, 'additionalData') as AdditionalData,
      desk: this.desk,
      usage: new UsageMeter(),
      nextRound: (path) => {
        const round = (rounds.get(path) ?? 0) + 1;
        rounds.set(path, round);
        return round;
      },
    };
  }

  async execute(input: unknown): Promise<RunOutput> {
    const scope: Scope = {
      run: this.context,
      path: '',
      input,
      additionalData: this.context.additionalData,
      state: this.state,
      branch: new Branch(),
      flow: EMPTY_FLOW,
    };
    this.desk.tell('WorkflowStarted', '', {});
    try {
      await runSequence(this.definition.steps, scope, this.frame, runNode);
      await passCancellation();
      const outputs = this.frame.outputs();
      return this.end('completed', outputs.length === 0 ? NO_STEPS_EXECUTED : lastContent(outputs));
    } catch (error) {
      return this.endBy(error);
    }
  }

  /** The run as it stands. */
  output(status: RunStatus, content: Json, error?: RunOutput['error']): RunOutput {
    const { runId, sessionId, userId } = this.context;
    const { all, refused } = this.desk.requirements;
    const { total: usage } = this.context.usage;
    return fitted({
      runId,
      workflowName: this.definition.name,
      sessionId,
      ...(userId === undefined ? {} : { userId }),
      status,
      content,
      stepResults: this.frame.outputs(),
      stepRequirements: [...all],
      sessionState: this.state.values,
      refusedAnswers: { count: refused.count, newest: [...refused.newest] },
      ...(usage ? { usage } : {}),
      sequence: this.desk.teller.sequence,
      ...(error ? { error } : {}),
    });
  }

  private endBy(error: unknown): RunOutput {
    if (error instanceof RunCancelled) return this.end('cancelled', error.message);
    if (isCancellation(error)) {
      // A real Temporal cancel: the last thing that the run says, then it ends as Canceled.
      this.desk.tell('WorkflowCancelled', '', {});
      this.desk.publish({ final: 'cancelled' });
      throw error;
    }
    if (!(error instanceof NodeFailure)) throw error;
    const { message, path, errorType } = error;
    const detail = { message, path, ...(errorType === undefined ? {} : { type: errorType }) };
    this.desk.tell('WorkflowError', '', { error: cut(message, 500) });
    throw ApplicationFailure.create({
      message: `Step '${path}' failed: ${message}`,
      type: FAILURE.stepFailed,
      nonRetryable: true,
      details: [this.lastOutput('failed', `Workflow execution failed: ${message}`, detail)],
    });
  }

  private end(status: 'completed' | 'cancelled', content: Json): RunOutput {
    this.desk.tell(status === 'completed' ? 'WorkflowCompleted' : 'WorkflowCancelled', '', contentFields(content));
    return this.lastOutput(status, content);
  }

  /** The run's result; it takes along the events that no memo has told. */
  private lastOutput(status: RunStatus, content: Json, error?: RunOutput['error']): RunOutput {
    this.desk.publish({ final: status, tell: false });
    const journal = this.desk.lastEvents();
    return { ...this.output(status, content, error), ...(journal.length === 0 ? {} : { journal }) };
  }
}
