/** The format of cases and observations (shared/conformance/README.md). Types only: both sides read it. */

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type Fields = { [key: string]: JsonValue };

/** Where a case holds something that the format does not know. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

export interface Case {
  readonly id: string;
  readonly workflow: Fields;
  readonly input?: JsonValue;
  readonly answers: readonly (Action | readonly Action[])[];
  readonly run_kwargs?: Fields;
}

export type Action = { readonly do: string } & Fields;

/** What an executor is to do, and for which step. */
export interface Executor {
  readonly name: string;
  readonly do: { readonly fn: string } & Fields;
}

export interface Observation {
  readonly construction_error?: string;
  readonly run_error?: string;
  /** The pauses that were answered. */
  readonly pauses?: readonly ObservedPause[];
  /** Ours only: the pause that is open at the end. */
  readonly open?: ObservedPause;
  readonly final?: ObservedFinal;
  readonly calls?: readonly ObservedCall[];
}

export interface ObservedPause {
  readonly pause_kind?: string | null;
  readonly paused_step_name?: string | null;
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  readonly n_step_requirements?: number;
  readonly active?: ObservedRequirement;
  readonly answer_errors?: readonly string[];
  readonly continue_error?: string;
}

export interface ObservedRequirement {
  readonly kind?: string;
  readonly step?: string | null;
  readonly step_type?: string;
  readonly message?: string | null;
  readonly retry_count?: number;
  readonly available_choices?: readonly string[] | null;
  readonly tools?: readonly ObservedTool[];
}

export interface ObservedTool {
  readonly tool?: string;
  readonly args?: JsonValue;
  /** The member of a team that made the call. */
  readonly member?: string | null;
}

export interface ObservedFinal {
  readonly status?: string;
  readonly content?: JsonValue;
  readonly step_results?: readonly ObservedOutput[];
}

export interface ObservedOutput {
  readonly name?: string | null;
  readonly type?: string | null;
  readonly content?: JsonValue;
  readonly success?: boolean;
  readonly error?: string;
  readonly steps?: readonly ObservedOutput[];
}

/** One execution of a step, one call of a model, or one of a tool; entries of other kinds are not compared. */
export interface ObservedCall {
  /** The agent whose model was called. */
  readonly model?: string;
  readonly user?: JsonValue;
  readonly tool_results?: readonly JsonValue[];
  readonly tool?: string;
  readonly args?: JsonValue;
  readonly step?: string;
  readonly call?: number;
  readonly input?: JsonValue;
  readonly prev?: JsonValue;
  /** Ours only: the previous content is a Parallel's, which is not compared. */
  readonly prev_of_parallel?: boolean;
  readonly additional_data?: Fields | null;
}
