/** Names of what goes wrong. */
import { TOO_LARGE } from '../define/payload-limit.ts';

/** Types of the failures that users meet, stable across releases: `error.type` on both sides. */
export const FAILURE = {
  /** The input or the options of a run are not what the workflow takes. */
  invalidInput: 'holdpoint.InvalidInput',
  /** A node failed beyond its own `onError`. */
  stepFailed: 'holdpoint.StepFailed',
  /** The definition is not the one that this run was started with (H10). */
  definitionChanged: 'holdpoint.DefinitionChanged',
  /** For a query the run went on before its workflow task. The query is to be asked again; a task comes again by itself. */
  queriedEarly: 'holdpoint.QueriedEarly',
  /** A function returned what JSON cannot hold. */
  invalidOutput: 'holdpoint.InvalidOutput',
  /** More data than one message of Temporal's can hold. */
  tooLarge: TOO_LARGE,
  /** The external storage did not take a payload. Of an activity: it has run. */
  notStored: 'holdpoint.NotStored',
  /** A gated executor was lost: it may have run, wholly or in part. */
  mayHaveRun: 'holdpoint.MayHaveRun',
  /** An agent's model asked for tools in every one of its turns. */
  maxTurns: 'holdpoint.MaxTurnsExceeded',
  /** The model's provider is overloaded or out of reach, or refuses more calls for now; retried. */
  modelUnavailable: 'holdpoint.ModelUnavailable',
  /** The model's provider refuses this request, whatever the number of tries. */
  modelRefused: 'holdpoint.ModelRefused',
} as const;
