/** What was pressed before a question was on the screen is no answer to it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Reads what the terminal has, until nothing more comes; to be called before a prompt. */
export async function forgetTyped(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  let typed: boolean;
  const forget = () => {
    typed = true;
  };
  stdin.setRawMode(true).on('data', forget).resume();
  do {
    typed = false;
    await sleep(30);
  } while (typed);
  stdin.off('data', forget).pause();
  stdin.setRawMode(false);
}
