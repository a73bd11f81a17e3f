/** A text in the person's own editor; in the terminal's, where they have none. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CliError } from './exit.ts';
import { aside } from './output.ts';
import type { Prompts } from './prompts.ts';

/**
 * What was written is thrown away only once it is taken.
 * @param extension tells the editor what it is
 * @param take throws what is wrong with the text
 */
export async function editText(
  text: string,
  extension: 'md' | 'json',
  prompts: Prompts,
  take: (text: string) => void,
): Promise<void> {
  const editor = process.env.VISUAL || process.env.EDITOR;
  if (!editor) {
    aside('Neither VISUAL nor EDITOR is set: in one line, then.');
    return take(await prompts.text('The new content', undefined, text));
  }
  const file = fileWith(text, extension);
  const problem = await withoutInterrupts(() => runEditor(editor, file));
  if (problem !== undefined) {
    throw new CliError(
      'error',
      `The editor '${editor}' failed (${problem}); nothing was sent, the text is in ${file}.`,
    );
  }
  const written = existsSync(file) ? readFileSync(file, 'utf8') : text;
  // Editors end a file with a newline of their own.
  const edited = text.endsWith('\n') ? written : written.replace(/\r?\n$/, '');
  let lost = edited !== text;
  try {
    take(edited);
    lost = false;
  } finally {
    if (lost) aside(`What you wrote is in ${file}.`);
    else rmSync(dirname(file), { recursive: true, force: true });
  }
}

/** A new file that nobody else can read. */
export function fileWith(text: string, extension: 'md' | 'json'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'holdpoint-')), `edit.${extension}`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** @returns what went wrong */
function runEditor(editor: string, file: string): string | undefined {
  // By a shell, as git does: the variable may have options. Ctrl-C is a key of some editors, and none of the shell's.
  const { status, error } =
    process.platform === 'win32'
      ? spawnSync(`${editor} "${file}"`, { stdio: 'inherit', shell: true })
      : spawnSync('sh', ['-c', `trap : INT; ${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  return error?.message ?? (status === 0 ? undefined : `exit ${status}`);
}

/** Ctrl-C reaches this process too; it is told once it runs again. */
async function withoutInterrupts<T>(work: () => T): Promise<T> {
  const listeners = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  const ignore = () => {};
  process.on('SIGINT', ignore);
  for (const listener of listeners) process.off('SIGINT', listener);
  try {
    return work();
  } finally {
    await nextTurn();
    await nextTurn();
    for (const listener of listeners) process.on('SIGINT', listener);
    process.off('SIGINT', ignore);
  }
}
