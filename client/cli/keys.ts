/**
 * The keyboard of one prompt. What was pressed before the prompt was there is no answer to it, and what is pasted is a
 * text: neither its letters nor its line breaks choose anything. Ctrl-C and Ctrl-D leave, Ctrl-Z does nothing. However
 * it ends, the terminal is left as it was.
 */
import { emitKeypressEvents, type Key } from 'node:readline';
import { PassThrough, type Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** A paste comes in brackets, from terminals that know them. */
const PREPARE = '\u001b[?2004h';
/** No brackets any more, and a cursor that is seen: a prompt that dies has hidden it. */
const RESTORE = '\u001b[?2004l\u001b[?25h';
const CTRL_C = '\u0003';
const LEAVES = new Set([CTRL_C, '\u0004']);
const CTRL_Z = '\u001a';
const ENDS = ['SIGTERM', 'SIGHUP'] as const;

/** @param quietMs how long nothing is to be pressed before the prompt takes keys */
export async function withKeys<T>(
  takes: 'a choice' | 'a text',
  quietMs: number,
  prompt: (input: Readable) => Promise<T>,
): Promise<T> {
  const keys = new Keys(takes);
  try {
    await keys.untilQuiet(quietMs);
    return await prompt(keys.input);
  } finally {
    keys.close();
  }
}

class Keys {
  /** What the prompt reads instead of stdin. */
  readonly input = new PassThrough();
  readonly #takes: 'a choice' | 'a text';
  #open = false;
  #pressed = false;
  /** What came at once, as a paste comes from a terminal that knows no brackets. */
  #burst = '';
  #paste: string | undefined;

  constructor(takes: 'a choice' | 'a text') {
    this.#takes = takes;
    const { stdin, stdout } = process;
    emitKeypressEvents(stdin);
    stdin.on('keypress', this.#press).on('end', hangUp).on('error', hangUp);
    process.on('exit', restore);
    for (const name of ENDS) process.once(name, dieOf);
    // Ctrl-C of now on is a key. The prompt before has paused stdin, and then a listener alone reads nothing.
    stdin.setRawMode(true).resume();
    stdout.write(PREPARE);
  }

  /** Forgets what is pressed until nothing more comes. */
  async untilQuiet(ms: number): Promise<void> {
    do {
      this.#pressed = false;
      await sleep(ms);
      // A timer may be over before what the terminal has was read.
      await nextTurn();
      await nextTurn();
    } while (this.#pressed && !this.#open);
    this.#open = true;
  }

  close(): void {
    const { stdin } = process;
    stdin.off('keypress', this.#press).off('end', hangUp).pause();
    restore();
    process.off('exit', restore);
    for (const name of ENDS) process.off(name, dieOf);
    stdin.off('error', hangUp);
  }

  readonly #press = (text: string | undefined, { name, sequence = '' }: Key): void => {
    this.#pressed = true;
    if (LEAVES.has(sequence)) this.#leave();
    else if (name === 'paste-start') this.#beginPaste();
    else if (name === 'paste-end') this.#endPaste();
    else if (this.#paste !== undefined) this.#paste += text ?? '';
    else if (this.#open && sequence !== CTRL_Z) {
      if (this.#burst === '') setImmediate(this.#endBurst);
      this.#burst += sequence;
    }
  };

  #leave(): void {
    this.#open = true;
    this.input.write(CTRL_C);
  }

  #beginPaste(): void {
    this.#endBurst();
    this.#paste = '';
  }

  #endPaste(): void {
    const text = (this.#paste ?? '').replace(/\p{Cc}+/gu, ' ').trimEnd();
    this.#paste = undefined;
    if (this.#open && this.#takes === 'a text') this.input.write(text);
  }

  readonly #endBurst = (): void => {
    const keys = this.#burst;
    this.#burst = '';
    if (this.#takes === 'a text') this.input.write(asTyped(keys));
    else if (!isWords(keys)) this.input.write(keys.replaceAll('\n', '\r'));
  };
}

/** Several lines at once, of which the first may be empty, are shown, and sent by an Enter of their own. */
function asTyped(keys: string): string {
  const isCut = /[\r\n][^\r\n]/.test(keys);
  return isCut ? keys.replace(/[\r\n]+/g, ' ').trim() : keys.replace(/[\r\n]+$/, '\r');
}

/** More than one letter at once, which no hand presses. */
function isWords(keys: string): boolean {
  return keys.replace(/\u001b\[?[^a-zA-Z~]*[a-zA-Z~]|[\p{Cc}\s]/gu, '').length > 1;
}

function restore(): void {
  process.stdin.setRawMode(false);
  process.stdout.write(RESTORE);
}

/** The terminal is gone, and Node cannot even exit with one: what it does at the end of a process crashes. */
function hangUp(): void {
  process.off('SIGHUP', dieOf);
  process.kill(process.pid, 'SIGHUP');
}

function dieOf(signal: NodeJS.Signals): void {
  restore();
  process.kill(process.pid, signal);
}
