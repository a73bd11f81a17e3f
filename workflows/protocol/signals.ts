/**
 * The doors of a run: its signals and its query. Every signal takes exactly one object, as the Web UI's form sends it.
 * Nothing here trusts a sender; human/read-answer.ts reads what arrives.
 */
import { PAYLOAD_LIMIT } from '../define/payload-limit.ts';

/** The largest answer that is read, in bytes of its JSON: anybody may send one. */
export const ANSWER_LIMIT = 256 * 1024;

/** The same where payloads may have so many bytes: with external storage, what was stored may be answered with as much. */
export function answerLimit(payloadLimit: number): number {
  return payloadLimit > PAYLOAD_LIMIT ? payloadLimit : ANSWER_LIMIT;
}

/** What the client sends: several decisions at once, each of which stands alone. */
export const CONTINUE_RUN = 'continueRun';
/** The one query: the full {@link RunOutput}. */
export const RUN_QUERY = 'run';

/** The signals for people, each with an example of its one argument. */
export const PEOPLE_SIGNALS = {
  approve: {
    action: 'confirm',
    takes: 'Run it, or keep the output',
    example: { requirement: 'step#confirmation', by: 'you' },
  },
  reject: {
    action: 'reject',
    takes: 'Say no, with a reason',
    example: { requirement: 'step#confirmation', feedback: 'why', by: 'you' },
  },
  provideInput: {
    action: 'input',
    takes: 'Give the values that a step or a tool asks for',
    example: { requirement: 'step#userInput', values: { field: 'value' }, by: 'you' },
  },
  selectRoute: {
    action: 'select',
    takes: 'Choose one or more routes',
    example: { requirement: 'router#route', choices: ['route'], by: 'you' },
  },
  editOutput: {
    action: 'edit',
    takes: 'Keep the output, changed',
    example: { requirement: 'step#outputReview', output: 'new content', by: 'you' },
  },
  retryStep: { action: 'retry', takes: 'Run a failed step again', example: { requirement: 'step#error', by: 'you' } },
  skipStep: {
    action: 'skip',
    takes: 'Go on without a failed step, or with a result for a tool call that may have run',
    example: { requirement: 'step#error', by: 'you' },
  },
  completeTool: {
    action: 'result',
    takes: 'Give the result of a tool that runs elsewhere',
    example: { requirement: 'step#executor', toolCall: 'call_1', result: 'done', by: 'you' },
  },
} as const;

export type PeopleSignal = keyof typeof PEOPLE_SIGNALS;

/** What an answer does; `result` is for tools that run elsewhere. */
export type DecisionAction = (typeof PEOPLE_SIGNALS)[PeopleSignal]['action'];

/** One answer to one tool call. */
export interface ToolDecision {
  readonly action: Extract<DecisionAction, 'confirm' | 'reject' | 'input' | 'result'>;
  /** With `reject`: what the model is told. */
  readonly note?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}

/** One answer to one requirement. */
export interface Decision {
  readonly requirement: string;
  readonly digest?: string;
  /** Left out only where `tools` has the answers. */
  readonly action?: DecisionAction;
  readonly feedback?: string;
  readonly output?: unknown;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly choices?: readonly string[];
  /** On an executor pause: the call that `action` answers; may be left out where the pause has one call. */
  readonly toolCall?: string;
  /** The result of a tool call: with `result`, or with `skip` where the call may have run. */
  readonly result?: unknown;
  /** On an executor pause: answers by tool call id, all of them or none take effect. */
  readonly tools?: Readonly<Record<string, ToolDecision>>;
}

/** The argument of the signal {@link CONTINUE_RUN}. The same `decisionId` again changes nothing. */
export interface ContinueRunSignal {
  readonly decisionId: string;
  readonly by?: string;
  readonly decisions: readonly Decision[];
}
