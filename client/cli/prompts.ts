/** Prompts of one question each: closed by a signal, with texts from data as text, and {@link Stopped} where they end unanswered. */
import type { Readable } from 'node:stream';
import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import { withKeys } from './keys.ts';
import { oneLine } from './plain.ts';

/** The prompt was closed: by the person, or by its signal. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

/** What all prompts take. */
interface Frame {
  readonly message: string;
  readonly signal: AbortSignal;
  readonly input: Readable;
}

interface YesOptions {
  readonly initial?: boolean;
  readonly no?: string;
}

/** From its last key on, nobody is typing. */
const QUIET_MS = 30;
/** Whoever was typing when a question closed under their hands has noticed by then. */
const NOTICED_MS = 2_000;

export class Prompts {
  readonly #signal: AbortSignal;
  #quietMs: number;

  /** @param closed another question was, by somebody else: what is still typed was meant for that one */
  constructor(signal: AbortSignal, closed: boolean) {
    this.#signal = signal;
    this.#quietMs = closed ? NOTICED_MS : QUIET_MS;
  }

  /** @param options.no the label of the choice that is no yes */
  async yes(message: string, { initial = true, no = 'No' }: YesOptions = {}): Promise<boolean> {
    const choices = { initialValue: initial, inactive: oneLine(no) };
    return this.#answered('a choice', message, (frame) => confirm({ ...frame, ...choices }));
  }

  /** `check` says what is wrong with what was typed. */
  async text(
    message: string,
    check: (typed: string) => string | undefined = () => undefined,
    standard?: string,
  ): Promise<string> {
    const validate = (typed: string | undefined) => {
      const problem = check(typed === undefined || typed === '' ? (standard ?? '') : typed);
      return problem === undefined ? undefined : oneLine(problem, 500);
    };
    // Not the prompt's own default, which it prints as it is when it is taken.
    const suggestion = standard === undefined ? {} : { placeholder: oneLine(standard) };
    const typed = await this.#answered('a text', message, (frame) => text({ ...frame, validate, ...suggestion }));
    return typed || (standard ?? '');
  }

  async one<T>(message: string, choices: readonly Choice<T>[], initial?: number): Promise<T> {
    const start = initial === undefined || initial < 0 ? {} : { initialValue: initial };
    const picked = await this.#answered('a choice', message, (frame) =>
      select<number>({ ...frame, options: numbered(choices), ...start }),
    );
    return choices[picked]!.value;
  }

  /** In the order of the list. */
  async several<T>(message: string, choices: readonly Choice<T>[]): Promise<T[]> {
    const picked = await this.#answered('a choice', message, (frame) =>
      multiselect<number>({ ...frame, options: numbered(choices), required: false }),
    );
    return picked.toSorted((a, b) => a - b).map((index) => choices[index]!.value);
  }

  async #answered<T>(
    takes: Parameters<typeof withKeys>[0],
    question: string,
    prompt: (frame: Frame) => Promise<T>,
  ): Promise<Exclude<T, symbol>> {
    // In one line: with more, a text could draw prompts of its own. What is asked stands above, as a whole.
    const message = oneLine(question, 500);
    // A signal of its own: a prompt listens for good, and draws a line when it is closed after its answer.
    const closing = new AbortController();
    const close = () => closing.abort();
    this.#signal.addEventListener('abort', close);
    const { signal } = closing;
    const value = await withKeys(takes, this.#quietMs, (input) => {
      if (this.#signal.aborted) close();
      return prompt({ message, signal, input });
    }).finally(() => this.#signal.removeEventListener('abort', close));
    this.#quietMs = QUIET_MS;
    if (isCancel(value) || this.#signal.aborted) throw new Stopped();
    return value as Exclude<T, symbol>;
  }
}

/** By number: a value of any type is no business of the prompt's. */
function numbered(choices: readonly Choice<unknown>[]): { value: number; label: string }[] {
  return choices.map(({ label }, value) => ({ value, label: oneLine(label) }));
}
