/**
 * Where a human has a word: agno's HumanReview, per primitive.
 * The types leave out what a primitive cannot do; {@link checkHumanReview} says the same at load time in one sentence.
 */
import { defined } from './defined.ts';
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { type DurationString, durationMs } from './duration.ts';
import { isRecord } from './json.ts';
import type { StepOutput, StepType } from './step-output.ts';
import { checkUserInputSchema, type UserInputSchema } from './user-input-schema.ts';

/** What a rejection does. */
export const OnReject = { skip: 'skip', cancel: 'cancel', retry: 'retry', elseBranch: 'else_branch' } as const;
/** What happens after an error that retries did not heal. */
export const OnError = { fail: 'fail', skip: 'skip', pause: 'pause' } as const;
/** What a deadline does when it passes unanswered. */
export const OnTimeout = { approve: 'approve', reject: 'reject', cancel: 'cancel', skip: 'skip' } as const;

export type OnReject = (typeof OnReject)[keyof typeof OnReject];
export type OnError = (typeof OnError)[keyof typeof OnError];
export type OnTimeout = (typeof OnTimeout)[keyof typeof OnTimeout];

interface CommonReview {
  /** Ask before the node runs. Default false. */
  readonly requiresConfirmation?: boolean;
  readonly confirmationMessage?: string;
  /** Rejections with `retry` before the run is cancelled, per requirement chain; 0 = unlimited. Default 3. */
  readonly maxRetries?: number;
  /** Default `fail`. */
  readonly onError?: OnError;
  /** How long a pause of this node waits, `'300s'`, `'2 days'`; without it, for ever. */
  readonly timeout?: DurationString;
  /** Default `cancel`. */
  readonly onTimeout?: OnTimeout;
}

interface PlainReject {
  /** Default `skip`. */
  readonly onReject?: Exclude<OnReject, 'else_branch'>;
}

/** Review the output: always, or where the predicate does not return `false` (a predicate that throws means: review). */
export type OutputReviewRule = boolean | ((output: StepOutput) => boolean);

interface OutputReview {
  readonly requiresOutputReview?: OutputReviewRule;
  readonly outputReviewMessage?: string;
}

export interface StepReview extends CommonReview, PlainReject, OutputReview {
  /** Ask for values before the step runs; they reach `input.additionalData.userInput` of this step alone. */
  readonly requiresUserInput?: boolean;
  readonly userInputMessage?: string;
  readonly userInputSchema?: UserInputSchema;
}
export interface StepsReview extends CommonReview, PlainReject {}
export interface ParallelReview extends CommonReview, PlainReject {}
export interface ConditionReview extends CommonReview {
  /** Default `else_branch`. */
  readonly onReject?: OnReject;
}
export interface LoopReview extends CommonReview, PlainReject, OutputReview {
  /** Ask after each iteration but the last. */
  readonly requiresIterationReview?: boolean;
  readonly iterationReviewMessage?: string;
}
export interface RouterReview extends CommonReview, PlainReject, OutputReview {
  /** Let the human choose the route, instead of the selector. */
  readonly requiresUserInput?: boolean;
  readonly userInputMessage?: string;
  readonly allowMultipleSelections?: boolean;
}

/** A node's review with every default filled in: what the compiler reads. */
export interface HumanReview {
  readonly requiresConfirmation: boolean;
  readonly confirmationMessage?: string;
  readonly requiresUserInput: boolean;
  readonly userInputMessage?: string;
  readonly userInputSchema?: UserInputSchema;
  readonly allowMultipleSelections: boolean;
  readonly requiresOutputReview: OutputReviewRule;
  readonly outputReviewMessage?: string;
  readonly requiresIterationReview: boolean;
  readonly iterationReviewMessage?: string;
  readonly onReject: OnReject;
  readonly maxRetries: number;
  /** `undefined` = not set: the same as `fail`, except that `success: false` is then no failure. */
  readonly onError?: OnError;
  readonly timeoutMs?: number;
  readonly onTimeout: OnTimeout;
}

/** Any review options, as given: what a node keeps until it is checked. */
export type HumanReviewOptions = Omit<StepReview & LoopReview & RouterReview, 'onReject'> & ConditionReview;

/** The review of a node of this type with its defaults. */
export function reviewWithDefaults(type: StepType, options: Partial<HumanReviewOptions> = {}): HumanReview {
  const { timeout, ...rest } = options;
  const timeoutMs = durationMs(timeout);
  return {
    requiresConfirmation: false,
    requiresUserInput: false,
    allowMultipleSelections: false,
    requiresOutputReview: false,
    requiresIterationReview: false,
    onReject: type === 'Condition' ? 'else_branch' : 'skip',
    maxRetries: 3,
    onTimeout: 'cancel',
    ...defined({ ...rest, timeoutMs }),
  };
}

/** What a field takes: in words, and as a check. */
type Rule = readonly [what: string, fits: (value: unknown) => boolean];

const BOOLEAN: Rule = ['a boolean', (value) => typeof value === 'boolean'];
const TEXT: Rule = ['a string', (value) => typeof value === 'string'];
const RULES: Readonly<Record<keyof Omit<HumanReviewOptions, 'userInputSchema'>, Rule>> = {
  requiresConfirmation: BOOLEAN,
  confirmationMessage: TEXT,
  requiresUserInput: BOOLEAN,
  userInputMessage: TEXT,
  allowMultipleSelections: BOOLEAN,
  requiresOutputReview: [
    'a boolean or a function of the output',
    (value) => typeof value === 'boolean' || typeof value === 'function',
  ],
  outputReviewMessage: TEXT,
  requiresIterationReview: BOOLEAN,
  iterationReviewMessage: TEXT,
  onReject: oneOf(OnReject),
  maxRetries: ['a whole number, 0 for unlimited', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
  onError: oneOf(OnError),
  timeout: [
    "a positive duration with its unit, such as '300s' or '2 days', of at most 100 years",
    (value) => durationMs(value) !== undefined,
  ],
  onTimeout: oneOf(OnTimeout),
};

function oneOf(allowed: Readonly<Record<string, unknown>>): Rule {
  const values = Object.values(allowed);
  return [`one of ${values.join(', ')}`, (value) => values.includes(value)];
}

const COMMON = [
  'requiresConfirmation',
  'confirmationMessage',
  'onReject',
  'maxRetries',
  'onError',
  'timeout',
  'onTimeout',
];
const OUTPUT_REVIEW = ['requiresOutputReview', 'outputReviewMessage'];
const SUPPORTED: Record<Exclude<StepType, 'Workflow'>, readonly string[]> = {
  Step: [...COMMON, ...OUTPUT_REVIEW, 'requiresUserInput', 'userInputMessage', 'userInputSchema'],
  Steps: COMMON,
  Condition: COMMON,
  Loop: [...COMMON, ...OUTPUT_REVIEW, 'requiresIterationReview', 'iterationReviewMessage'],
  Router: [...COMMON, ...OUTPUT_REVIEW, 'requiresUserInput', 'userInputMessage', 'allowMultipleSelections'],
  Parallel: COMMON,
};

/** Refuses a review that this primitive cannot keep. @throws {DefinitionError} naming the node, the field and what to use. */
export function checkHumanReview(type: keyof typeof SUPPORTED, options: unknown, path: string): void {
  if (options === undefined) return;
  if (!isRecord(options)) {
    throw new DefinitionError(path, `humanReview must be an object, got ${describe(options)}.`);
  }
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!SUPPORTED[type].includes(field)) throw new DefinitionError(path, unsupported(type, field, value));
    checkField(field, value, path);
  }
  if (options.onReject === 'else_branch' && type !== 'Condition') {
    throw new DefinitionError(
      path,
      `onReject 'else_branch' is for a Condition; a ${type} takes skip, cancel or retry.`,
    );
  }
  if (options.onTimeout === 'approve' && options.requiresUserInput === true) {
    throw new DefinitionError(
      path,
      `onTimeout 'approve' cannot give the value that requiresUserInput asks for; use reject, skip or cancel.`,
    );
  }
  if (options.requiresOutputReview && options.requiresIterationReview) {
    throw new DefinitionError(
      path,
      'requiresOutputReview and requiresIterationReview cannot both be set; choose the final output or each iteration.',
    );
  }
}

/** A field of a review, of whichever primitive. */
export function isReviewField(name: string): boolean {
  return Object.values(SUPPORTED).some((fields) => fields.includes(name));
}

function unsupported(type: keyof typeof SUPPORTED, field: string, value: unknown): string {
  if (type === 'Router' && field === 'userInputSchema') {
    return 'userInputSchema is not supported on a Router: there, user input is the choice of a route. Put it on a step.';
  }
  const gates = SUPPORTED[type].filter((name) => name.startsWith('requires')).join(', ');
  return isReviewField(field)
    ? `${field} is not supported on a ${type}; it supports ${gates}.`
    : `humanReview has no field '${field}' (${describe(value)}); a ${type} takes ${SUPPORTED[type].join(', ')}.`;
}

function checkField(field: string, value: unknown, path: string): void {
  if (field === 'userInputSchema') return checkUserInputSchema(value, path);
  if (field === 'timeout' && typeof value === 'number' && value > 0) {
    throw new DefinitionError(
      path,
      `timeout is a duration with its unit: write '${value}s' for ${value} seconds, not ${value}.`,
    );
  }
  const [what, fits] = RULES[field as keyof typeof RULES];
  if (!fits(value)) throw new DefinitionError(path, `${field} must be ${what}, got ${describe(value)}.`);
}
