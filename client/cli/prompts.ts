/** Prompts of one question each: closed by a signal, with texts from data as text, and {@link Stopped} where they end unanswered. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import { oneLine } from './plain.ts';

/** The prompt was closed: by the person, or by its signal. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

interface YesOptions {
  readonly initial?: boolean;
  readonly no?: string;
}

/** Keys pressed before a question was on the screen answer nothing. */
async function forgetTyped(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  let typed: boolean;
  const forget = () => {
    typed = true;
  };
  stdin.setRawMode(true);
  stdin.on('data', forget);
  // The prompt before has paused it, and then a listener alone reads nothing.
  stdin.resume();
  do {
    typed = false;
    await sleep(30);
    // A timer may be over before what the terminal has was read.
    await nextTurn();
    await nextTurn();
  } while (typed);
  stdin.off('data', forget);
  stdin.pause();
  stdin.setRawMode(false);
}

export class Prompts {
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @param options.no the label of the choice that is no yes */
  async yes(message: string, { initial = true, no = 'No' }: YesOptions = {}): Promise<boolean> {
    await forgetTyped();
    return this.#answered(confirm({ ...this.#frame(message), initialValue: initial, inactive: oneLine(no) }));
  }

  /** `check` says what is wrong with what was typed. */
  async text(
    message: string,
    check: (typed: string) => string | undefined = () => undefined,
    standard?: string,
  ): Promise<string> {
    await forgetTyped();
    const validate = (typed: string | undefined) => {
      const problem = check(typed === undefined || typed === '' ? (standard ?? '') : typed);
      return problem === undefined ? undefined : oneLine(problem, 500);
    };
    // Not the prompt's own default, which it prints as it is when it is taken.
    const suggestion = standard === undefined ? {} : { placeholder: oneLine(standard) };
    const typed = await this.#answered(text({ ...this.#frame(message), validate, ...suggestion }));
    return typed || (standard ?? '');
  }

  async one<T>(message: string, choices: readonly Choice<T>[], initial?: number): Promise<T> {
    await forgetTyped();
    const start = initial === undefined || initial < 0 ? {} : { initialValue: initial };
    return choices[
      await this.#answered(select<number>({ ...this.#frame(message), options: numbered(choices), ...start }))
    ]!.value;
  }

  /** In the order of the list. */
  async several<T>(message: string, choices: readonly Choice<T>[]): Promise<T[]> {
    await forgetTyped();
    const picked = await this.#answered(
      multiselect<number>({ ...this.#frame(message), options: numbered(choices), required: false }),
    );
    return picked.toSorted((a, b) => a - b).map((index) => choices[index]!.value);
  }

  /** In one line: with more, a text could draw prompts of its own. What is asked stands above, as a whole. */
  #frame(message: string) {
    return { message: oneLine(message, 500), signal: this.#signal };
  }

  async #answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
    const value = await prompt;
    if (isCancel(value) || this.#signal.aborted) throw new Stopped();
    return value as Exclude<T, symbol>;
  }
}

/** By number: a value of any type is no business of the prompt's. */
function numbered(choices: readonly Choice<unknown>[]): { value: number; label: string }[] {
  return choices.map(({ label }, value) => ({ value, label: oneLine(label) }));
}
