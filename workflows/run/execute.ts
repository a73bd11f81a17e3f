/** One run, from its arguments to its output. */
import { ApplicationFailure } from '@temporalio/common';
import { allHandlersFinished, isCancellation, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { defined } from '../define/defined.ts';
import type { WorkflowDefinition } from '../define/definition.ts';
import { deepFreeze, jsonBytes } from '../define/json.ts';
import { STORED_PAYLOAD_LIMIT } from '../define/payload-limit.ts';
import { payloadLimit, setPayloadLimit } from '../define/execution-scope.ts';
import type { AdditionalData } from '../define/step-input.ts';
import { hasContent, lastContent, type Json } from '../define/step-output.ts';
import { UsageMeter } from '../agent/usage.ts';
import { EMPTY_FLOW } from '../compile/flow.ts';
import { runNode } from '../compile/node.ts';
import { isCancelled, NodeFailure, RunCancelled, throwIfCancelled } from '../human/outcome.ts';
import { toJson } from '../compile/output.ts';
import type { RunContext, Scope } from '../compile/scope.ts';
import { runSequence } from '../compile/sequence.ts';
import { SessionState } from '../compile/session-state.ts';
import { Frame } from '../compile/tree.ts';
import { Branch } from '../human/branch.ts';
import { Desk } from '../human/desk.ts';
import { type Durable, drive, waitFor } from '../human/durable.ts';
import { contentFields, shortText } from '../human/event-fields.ts';
import { PathCounters } from '../human/path-counters.ts';
import { Place } from '../human/place.ts';
import { installHandlers } from '../human/handlers.ts';
import { withoutStacksInFloods } from '../human/stacks.ts';
import { FAILURE } from '../protocol/failure.ts';
import { CONTINUES_MEMO_KEY, withoutJournal } from '../protocol/memo.ts';
import { EXTERNAL_STORAGE_PATCH, NO_SEARCH_ATTRIBUTES_PATCH, ON_PAUSE_PATCH } from '../protocol/patches.ts';
import { NO_STEPS_EXECUTED, type RunOptions, type RunOutput, type RunStatus } from '../protocol/run-output.ts';
import { guardDefinition } from './drift-guard.ts';
import { type CarriedRun, carriedRun, executionOf, toCarry } from './carried-run.ts';
import { fitted } from './fit.ts';
import { fingerprintOf } from '../define/structure.ts';
import { checkedInput, checkedOptions } from './run-input.ts';
import { guardWorker, hasSetting } from './settings.ts';
import { beginOnce } from './begin-once.ts';
import { guardTasks } from './task-guard.ts';

/** @throws {ApplicationFailure} `holdpoint.StepFailed` with the run output as its detail, or `holdpoint.InvalidInput` */
export function executeRun(
  definition: WorkflowDefinition,
  input: unknown,
  options: unknown,
  carriedArgument: unknown,
): Promise<RunOutput> {
  beginOnce(definition.name);
  const carried = carriedRun(carriedArgument);
  guardDefinition(definition, carried?.definition);
  guardWorker();
  withoutStacksInFloods();
  const run = new Run(definition, checkedOptions(options), carried);
  guardTasks(() => run.desk.departure.lookAtWork());
  installHandlers(run.desk, () => {
    return defined({ ...run.now, handling: !allHandlersFinished() || undefined });
  });
  return drive((abandon) => run.execute(input, carried !== undefined, abandon));
}

class Run {
  readonly desk: Desk;
  readonly #definition: WorkflowDefinition;
  readonly #context: RunContext;
  readonly #frame = new Frame('', 'Workflow');
  readonly #options: RunOptions;
  readonly #place: Place;
  readonly #state: SessionState;
  /** How it ended: whoever asks on, hears of that. */
  #ended: readonly [status: RunStatus, content: Json, error?: RunOutput['error']] | undefined;

  constructor(definition: WorkflowDefinition, options: RunOptions, carried: CarriedRun | undefined) {
    const { workflowId: runId } = workflowInfo();
    const { sessionId = runId, userId, sessionState = {}, additionalData = {} } = options;
    const ids = { runId, executionId: carried?.executionId ?? executionOf(), sessionId };
    this.#definition = definition;
    this.#options = options;
    if (hasSetting(EXTERNAL_STORAGE_PATCH)) setPayloadLimit(STORED_PAYLOAD_LIMIT);
    this.#place = new Place(carried?.place);
    const published = {
      ...ids,
      workflowName: definition.name,
      searchAttributes: !hasSetting(NO_SEARCH_ATTRIBUTES_PATCH),
      announces: hasSetting(ON_PAUSE_PATCH),
    };
    this.desk = new Desk(published, definition.continueAsNewAfter, carried?.desk);
    this.#state = new SessionState(
      carried?.state.current ?? (toJson(sessionState, 'sessionState') as Record<string, Json>),
    );
    this.#context = {
      ...ids,
      userId,
      additionalData: toJson(additionalData, 'additionalData') as AdditionalData,
      desk: this.desk,
      usage: new UsageMeter(carried?.usage),
      rounds: new PathCounters(carried?.rounds),
    };
  }

  /**
   * @param checked by an earlier execution
   * @param abandon ends it where the run goes on in another execution
   */
  *execute(given: unknown, checked: boolean, abandon: (continued: unknown) => void): Durable<RunOutput> {
    try {
      const input = checked ? deepFreeze(given as Json) : yield* checkedInput(this.#definition, given);
      // It goes on in the scope and the trace of the run, whoever notices that it is time.
      void this.desk.departure.noticed().then(() => {
        drive(() => this.#leave(input)).catch(abandon);
      });
      const scope: Scope = {
        run: this.#context,
        path: '',
        input,
        additionalData: this.#context.additionalData,
        state: this.#state,
        branch: new Branch(),
        flow: EMPTY_FLOW,
      };
      this.#place.once('told', () => this.desk.tell('WorkflowStarted', '', {}));
      const { steps } = this.#definition;
      yield* runSequence(steps, scope, this.#frame, runNode, this.#place);
      yield* throwIfCancelled();
      const outputs = this.#frame.outputs();
      return this.#end('completed', outputs.some(hasContent) ? lastContent(outputs) : NO_STEPS_EXECUTED);
    } catch (error) {
      return this.#endBy(error);
    }
  }

  /**
   * Goes on in another execution when this one's history is long and nothing is at work. What waits here is left where it
   * stands: the next execution finds what is done, and waits again.
   */
  *#leave(input: Json): Durable<never> {
    for (;;) {
      try {
        yield* this.desk.departure.untilDue();
      } catch (error) {
        // A cancelled run ends here.
        if (isCancellation(error)) return yield* waitFor(new Promise<never>(() => {}));
        throw error;
      }
      const carried = this.#carried();
      const fits = jsonBytes([input, this.#options, carried]) <= payloadLimit();
      // One with too much to take along stays, and tries again later.
      // Temporal takes search attributes along, and the memo only where it is told to.
      const { memo, runId } = workflowInfo();
      const continueAsNew = makeContinueAsNewFunc({ memo: { ...withoutJournal(memo), [CONTINUES_MEMO_KEY]: runId } });
      if (fits && !isCancelled()) yield* waitFor(continueAsNew(input, this.#options, carried));
      this.desk.departure.postpone();
    }
  }

  #carried(): unknown {
    const { executionId, rounds, usage } = this.#context;
    return toCarry({
      definition: fingerprintOf(this.#definition),
      executionId,
      place: this.#place.toJSON(),
      state: { current: this.#state.values },
      desk: this.desk.carried(this.#place),
      rounds: rounds.toJSON(),
      usage: usage.toJSON(),
    });
  }

  /** The run as it stands. */
  get now(): RunOutput {
    return this.#output(...(this.#ended ?? [this.desk.status, null]));
  }

  #output(status: RunStatus, content: Json, error?: RunOutput['error']): RunOutput {
    const { runId, sessionId, userId } = this.#context;
    const { all, earlier, refused } = this.desk.requirements;
    const { total: usage } = this.#context.usage;
    const output = defined({
      runId,
      workflowName: this.#definition.name,
      sessionId,
      userId,
      status,
      content,
      stepResults: this.#frame.outputs(),
      stepRequirements: [...all],
      earlierRequirements: earlier || undefined,
      sessionState: this.#state.values,
      refusedAnswers: { count: refused.count, newest: [...refused.newest] },
      usage,
      sequence: this.desk.teller.sequence,
      error,
    });
    return fitted(output, payloadLimit());
  }

  #endBy(error: unknown): RunOutput {
    this.desk.withdrawOpen();
    if (error instanceof RunCancelled) return this.#end('cancelled', error.message);
    if (isCancellation(error)) {
      // A real Temporal cancel: the last thing that the run says, then it ends as Canceled.
      this.desk.tell('WorkflowCancelled', '', {});
      this.desk.publish({ final: 'cancelled' });
      this.#ended = ['cancelled', null];
      throw error;
    }
    if (!(error instanceof NodeFailure)) {
      this.desk.publish({ final: 'failed', tell: false });
      throw error;
    }
    const { message, path, errorType } = error;
    const detail = defined({ message, path, type: errorType });
    this.desk.tell('WorkflowError', '', { error: shortText(message) });
    throw ApplicationFailure.create({
      message: `Step '${path}' failed: ${message}`,
      type: FAILURE.stepFailed,
      nonRetryable: true,
      details: [this.#lastOutput('failed', `Workflow execution failed: ${message}`, detail)],
    });
  }

  #end(status: 'completed' | 'cancelled', content: Json): RunOutput {
    this.desk.withdrawOpen();
    this.desk.tell(status === 'completed' ? 'WorkflowCompleted' : 'WorkflowCancelled', '', contentFields(content));
    return this.#lastOutput(status, content);
  }

  /** The run's result; it takes along the events that no memo has told. */
  #lastOutput(status: RunStatus, content: Json, error?: RunOutput['error']): RunOutput {
    this.desk.publish({ final: status, tell: false });
    const journal = this.desk.lastEvents();
    this.#ended = [status, content, error];
    return { ...this.now, ...(journal.length === 0 ? {} : { journal }) };
  }
}
