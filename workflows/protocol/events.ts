/**
 * What happens in a run, for those who watch it: agno's names of the events. A run numbers its events and hands them over
 * with what it leaves in its history anyway ({@link JournalEntry}); the client makes {@link RunEvent}s of them.
 */
import { isRecord } from '../define/json.ts';
import { JOURNAL_MARK } from '../define/marks.ts';
import type { Json, StepType } from '../define/step-output.ts';
import type { RefusalCode, RequirementKind, Resolution } from './requirement.ts';

/** Bytes of JSON of a content that an event shows. */
export const EVENT_PREVIEW_LIMIT = 1024;

/** What every event has. */
interface Common {
  readonly runId: string;
  readonly sessionId: string;
  readonly workflowName: string;
  /** From 1, growing; a number may be left out, and none is given twice. */
  readonly sequence: number;
  /** ISO 8601, the run's clock. */
  readonly time: string;
}

/** Of one node. */
interface AtNode extends Common {
  readonly path: string;
  readonly stepName: string;
}

/** Content in full where it is short, else the beginning of its JSON. */
interface WithContent {
  readonly content?: Json;
  readonly preview?: string;
}

interface Ended extends WithContent {
  readonly success: boolean;
  /** The node leaves no output. */
  readonly omitted?: true;
  readonly error?: string;
}

/** What has nodes inside, and events of its own. */
type ContainerType = Exclude<StepType, 'Step' | 'Workflow'>;
type Paused = 'StepPaused' | 'RouterPaused' | 'StepOutputReview' | 'StepExecutorPaused' | 'StepError';

/** One event; `event` tells which. */
export type RunEvent =
  | (Common & { readonly event: 'WorkflowStarted' })
  /** Something waits for a human, and nothing else is at work. */
  | (Common & { readonly event: 'WorkflowPaused' })
  | (Common & WithContent & { readonly event: 'WorkflowCompleted' | 'WorkflowCancelled' })
  | (Common & { readonly event: 'WorkflowError'; readonly error: string })
  /** Also where the step runs again. */
  | (AtNode & { readonly event: 'StepStarted' })
  /** What the executor gave, before a review. */
  | (AtNode & Ended & { readonly event: 'StepOutput' })
  /** The step is done, reviews and all. */
  | (AtNode & Ended & { readonly event: 'StepCompleted' })
  | (AtNode & { readonly event: `${ContainerType}ExecutionStarted` })
  | (AtNode & Ended & { readonly event: `${ContainerType}ExecutionCompleted` })
  /** `iteration` is 1-based. */
  | (AtNode & { readonly event: 'LoopIterationStarted' | 'LoopIterationCompleted'; readonly iteration: number })
  | (AtNode & {
      readonly event: Paused;
      /** The id of the requirement. */
      readonly requirement: string;
      readonly kind: RequirementKind;
      readonly stepType: StepType;
      readonly message?: string;
      /** ISO 8601. */
      readonly timeoutAt?: string;
    })
  | (AtNode & {
      readonly event: 'StepContinued' | 'StepExecutorContinued';
      readonly requirement: string;
      /** `withdrawn`: nobody needs the answer any more. */
      readonly resolution: Resolution;
      /** Who the sender said they were, or `timeout`. */
      readonly resolvedBy?: string;
      /** Why it was rejected. */
      readonly feedback?: string;
      /** The edited output, the values, the choices, the result: what the answer gave. */
      readonly given?: Json;
      /** The beginning of its JSON, where that is long. */
      readonly givenPreview?: string;
      /** Executor pauses: what became of each call; the first 20. */
      readonly tools?: readonly AnsweredTool[];
    })
  /** An answer that changed nothing. */
  | (Common & {
      readonly event: 'AnswerRefused';
      readonly signal: string;
      readonly code: RefusalCode;
      readonly reason: string;
      readonly requirement?: string;
      readonly by?: string;
    })
  | (AtNode & { readonly event: 'RunStarted'; readonly agent: string })
  | (AtNode & WithContent & { readonly event: 'RunCompleted'; readonly agent: string })
  | (AtNode & ToolCallFields & { readonly event: 'ToolCallStarted' })
  | (AtNode & ToolCallFields & { readonly event: 'ToolCallCompleted'; readonly error?: string });

export interface AnsweredTool {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly resolution: 'confirmed' | 'rejected' | 'open';
  readonly resolvedBy?: string;
  readonly note?: string;
}

interface ToolCallFields {
  readonly agent: string;
  readonly toolName: string;
  readonly toolCallId: string;
}

export type RunEventName = RunEvent['event'];

/** The fields that an event of this name has beside the common ones. */
export type EventData<Name extends RunEventName> = OwnFields<RunEvent, Name>;

type OwnFields<Event, Name> = Event extends { readonly event: infer Names }
  ? Name extends Names
    ? Omit<Event, keyof AtNode | 'event'>
    : never
  : never;

/** An event on its way: sequence, milliseconds since 1970, name, path (empty for the run's own), and its own fields. */
export type JournalEntry = readonly [
  sequence: number,
  time: number,
  event: RunEventName,
  path: string,
  data?: { readonly [key: string]: Json },
];

export interface CarriedJournal {
  readonly [JOURNAL_MARK]: readonly JournalEntry[];
  /** Temporal's id of the execution: what somebody else has made has to guess it. */
  readonly execution: string;
}

/** @param isOurs whether the journal's execution is the one that is looked at */
export function isCarriedJournal(value: unknown, isOurs: (execution: string) => boolean): value is CarriedJournal {
  if (!isRecord(value)) return false;
  const { [JOURNAL_MARK]: entries, execution } = value;
  return Array.isArray(entries) && typeof execution === 'string' && isOurs(execution);
}

/** Bytes of an argument that takes a journal along: who watches has to read the whole of it. */
const MOST_BYTES_TO_READ = 32 * 1024;

/**
 * The arguments of an activity with the run's events: in the argument, or beside one that is large or may be stored outside.
 * A second argument costs a worker more memory than all that is in it (bench/RESULTS.md).
 * @param bytes of the argument as JSON
 */
export function withCarried(argument: object, bytes: number, isStored: boolean, carried: CarriedJournal): unknown[] {
  return isStored || bytes > MOST_BYTES_TO_READ ? [argument, carried] : [{ ...argument, ...carried }];
}

/** The arguments without the run's events; after a reset they are those of another execution. */
export function withoutCarried(args: unknown[]): unknown[] {
  const last = args.at(-1);
  if (!isCarriedJournal(last, () => true)) return args;
  const { [JOURNAL_MARK]: _entries, execution: _execution, ...argument } = last;
  return args.length === 1 ? [argument] : args.slice(0, -1);
}
