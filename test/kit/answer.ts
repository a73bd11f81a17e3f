/**
 * What a scripted human says: the same words as a requirement's methods, as data that is given when something is asked.
 * Whether a word fits what is asked, the client decides, by the same rules as in production.
 */
import { defined } from '../../workflows/define/defined.ts';
import type { Requirement } from '../../client/requirement.ts';
import type { ToolRequirement } from '../../client/tool-requirement.ts';
import { type DurationString, durationMs } from '../../workflows/define/duration.ts';

type Values = Readonly<Record<string, unknown>>;

/** One answer; made by {@link confirm}, {@link reject}, … */
export type Answer =
  | { readonly say: 'confirm' | 'retry' }
  | { readonly say: 'reject'; readonly feedback?: string }
  | { readonly say: 'edit'; readonly output: unknown }
  | { readonly say: 'input'; readonly values: Values }
  | { readonly say: 'select'; readonly choices: readonly string[] }
  | { readonly say: 'skip'; readonly result?: unknown }
  | { readonly say: 'result'; readonly result: unknown }
  | { readonly say: 'after'; readonly ms: number; readonly duration: DurationString };

/** What is asked, for an answer that depends on it. */
export interface Asked {
  readonly requirement: Requirement;
  /** Of the step that asks. */
  readonly stepName: string;
  readonly message: string | undefined;
  /** What is under review, or what a step that waits for its confirmation would get. */
  // `any`: each step has outputs of its own
  readonly output: any;
  readonly input: any;
  /** A tool call that waits, and its arguments. */
  readonly call: ToolRequirement | undefined;
  readonly args: any;
}

/** An answer that depends on what is asked. It is called each time, as often as it is asked. */
export type AnswerFunction = (asked: Asked) => Answer | Promise<Answer>;

/** Yes. */
export const confirm = (): Answer => ({ say: 'confirm' });
/** No; the feedback reaches the step's next round, or the model. */
export const reject = (feedback?: string): Answer => defined({ say: 'reject', feedback });
/** Keep the output, with this content instead. */
export const edit = (output: unknown): Answer => ({ say: 'edit', output });
/** The values that a step or a tool asks for; where a confirmation is asked with them, a yes too. */
export const input = (values: Values): Answer => ({ say: 'input', values });
/** The routes to take, in this order. */
export const select = (...choices: string[]): Answer => ({ say: 'select', choices });
/** Run a failed step again. */
export const retry = (): Answer => ({ say: 'retry' });
/** Go on without a failed step; where a tool call may have run, with its result. */
export const skip = (result?: unknown): Answer => defined({ say: 'skip', result });
/** What came of a tool that runs elsewhere. */
export const result = (value: unknown): Answer => ({ say: 'result', result: value });
/**
 * Nobody answers for so long. Where a deadline passes meanwhile, that was the answer; else the next answer of the list
 * is given then.
 * @throws {TypeError} for a duration without its unit
 * @example
 * { pay: after('2 days') }
 * { pay: [after('1 hour'), confirm()] }
 */
export function after(duration: DurationString): Answer {
  return { say: 'after', ms: milliseconds(duration), duration };
}

/** @throws {TypeError} */
export function milliseconds(duration: DurationString): number {
  const ms = durationMs(duration);
  if (ms !== undefined) return ms;
  throw new TypeError(`a duration has its unit, such as '2 days', got '${duration}'`);
}

const WORDS: readonly unknown[] = [confirm, reject, edit, input, select, retry, skip, result, after];

/** The answer itself. @throws {TypeError} for what is none */
export async function resolveAnswer(given: Answer | AnswerFunction, asked: Asked, key: string): Promise<Answer> {
  if (WORDS.includes(given)) {
    const word = (given as { readonly name: string }).name;
    throw new TypeError(`answers.${key}: write ${word}(), or () => ${word}() for as often as it is asked`);
  }
  const answer: unknown = typeof given === 'function' ? await given(asked) : given;
  if (typeof (answer as Partial<Answer> | null)?.say === 'string') return answer as Answer;
  throw new TypeError(`answers.${key}: an answer is confirm(), reject('why'), …, got ${JSON.stringify(answer)}`);
}

/** The question of a requirement, or of one of its tool calls. */
export function askedOf(requirement: Requirement, call?: ToolRequirement): Asked {
  const { stepName, message, output, input: given } = requirement;
  return { requirement, stepName, message, output, input: given, call, args: call?.args };
}

/** Puts an answer on a requirement. @throws {InvalidAnswer} where it does not fit what is asked */
export function answerRequirement(requirement: Requirement, answer: Answer): void {
  switch (answer.say) {
    case 'confirm':
    case 'retry':
      return requirement[answer.say]();
    case 'reject':
      return requirement.reject(answer.feedback);
    case 'edit':
      return requirement.edit(answer.output);
    case 'input':
      requirement.setUserInput(answer.values);
      if (requirement.kind === 'confirmation+user_input') requirement.confirm();
      return;
    case 'select':
      return requirement.select(...answer.choices);
    case 'skip':
      return requirement.skip(answer.result);
    case 'result':
      return requirement.setExternalExecutionResult(answer.result);
    case 'after':
      throw new Error('time is no answer');
  }
}

/** Puts an answer on a tool call. @throws {InvalidAnswer | TypeError} where it does not fit what is asked */
export function answerCall(call: ToolRequirement, answer: Answer): void {
  switch (answer.say) {
    case 'confirm':
      return call.confirm();
    case 'reject':
      return call.reject(answer.feedback);
    case 'input':
      return call.provideUserInput(answer.values);
    case 'result':
      return call.setExternalExecutionResult(answer.result);
    default:
      throw new TypeError(
        `${answer.say}(…) is no answer to the tool call ${call.toolName}: it takes confirm, reject, input or result`,
      );
  }
}

/** An answer as it is written. */
export function inWords(answer: Answer | AnswerFunction): string {
  if (typeof answer === 'function') return 'a function';
  const { say, ...rest } = answer;
  if (answer.say === 'after') return `after('${answer.duration}')`;
  const [given] = Object.values(rest) as unknown[];
  const args = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return `${say}(${args.map((each) => JSON.stringify(each)).join(', ')})`;
}
