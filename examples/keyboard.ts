/** The keyboard of who answers: what is pressed while nothing is asked is no answer. */
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_Z = '\u001a';

/**
 * Prompts that read `input` instead of stdin. Ctrl-D leaves as Ctrl-C does, Ctrl-Z does nothing: what reads for a prompt
 * takes no key any more after either.
 * @param quietMs how long nothing is to be pressed before the first of them
 */
export async function withKeyboard<T>(prompts: (input: Readable) => Promise<T>, quietMs = 30): Promise<T> {
  const { stdin } = process;
  const input = new PassThrough();
  let pressed = false;
  const press = (chunk: Buffer) => {
    pressed = true;
    const keys = chunk.toString('latin1').replaceAll(CTRL_D, CTRL_C).replaceAll(CTRL_Z, '');
    if (input.listenerCount('keypress') > 0) input.write(Buffer.from(keys, 'latin1'));
    else if (keys.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
  };
  stdin.setRawMode(true).on('data', press).resume();
  try {
    do {
      pressed = false;
      await sleep(quietMs);
    } while (pressed);
    return await prompts(input);
  } finally {
    stdin.off('data', press).pause();
    stdin.setRawMode(false);
  }
}
