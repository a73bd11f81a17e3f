/** What a run has to say for itself: the answer of the query `run`, the workflow's result, and a failure's detail. */
import type { Json, StepOutput } from '../define/step-output.ts';
import type { TokenUsage } from './agent.ts';
import type { JournalEntry } from './events.ts';
import type { RefusedAnswer, StepRequirement } from './requirement.ts';

export type RunStatus = 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';

export interface RunOutput {
  /** The Temporal workflow id. */
  readonly runId: string;
  readonly workflowName: string;
  readonly sessionId: string;
  readonly userId?: string;
  /** `paused`: something waits for a human, and nothing else is at work. */
  readonly status: RunStatus;
  readonly content: Json;
  /** The tree of outputs so far, with the one under review. */
  readonly stepResults: readonly StepOutput[];
  /**
   * Every requirement of the run, oldest first. Of a run that has continued as new: the open ones and the newest 50 in full,
   * 200 before them in brief.
   */
  readonly stepRequirements: readonly StepRequirement[];
  /** How many there were before these; they are in the histories of the executions before, see `client.audit`. */
  readonly earlierRequirements?: number;
  readonly sessionState: Readonly<Record<string, Json>>;
  readonly refusedAnswers: { readonly count: number; readonly newest: readonly RefusedAnswer[] };
  /** Tokens of all model calls, also of rounds that were sent back or failed; left out where there were none. */
  readonly usage?: TokenUsage;
  /** Of the newest event: `client.events(runId, { from: sequence + 1 })` tells what comes next. */
  readonly sequence: number;
  /** An open run: signals or updates are being handled, by handlers or interceptors of the user's that wait: an answer may be among them. */
  readonly handling?: true;
  /** A closed run: its last events, for the client's event stream. */
  readonly journal?: readonly JournalEntry[];
  /** Too large for one message: large values are shortened here, and whole in the run's history. */
  readonly truncated?: true;
  /** Why the run failed. */
  readonly error?: { readonly message: string; readonly type?: string; readonly path: string };
}

/** The second argument of every workflow made by `workflow()`. */
export interface RunOptions {
  /** Groups runs, `client.getSession(id)`. Default: the run's id. */
  readonly sessionId?: string;
  readonly additionalData?: Readonly<Record<string, unknown>>;
  readonly sessionState?: Readonly<Record<string, unknown>>;
  readonly userId?: string;
}

/** Content of a run in which no node left an output. */
export const NO_STEPS_EXECUTED = 'No steps executed';
