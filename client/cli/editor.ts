/** A text in the person's own editor; in the terminal's, where they have none. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from './exit.ts';
import { aside } from './output.ts';
import type { Prompts } from './prompts.ts';

/** @param extension tells the editor what it is */
export async function editText(text: string, extension: 'md' | 'json', prompts: Prompts): Promise<string> {
  const editor = process.env.VISUAL || process.env.EDITOR;
  if (!editor) {
    aside('Neither VISUAL nor EDITOR is set: in one line, then.');
    return prompts.text('The new content', undefined, text);
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-'));
  const file = join(folder, `edit.${extension}`);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // By a shell, as git does: the variable may have options.
    const { status, error } =
      process.platform === 'win32'
        ? spawnSync(`${editor} "${file}"`, { stdio: 'inherit', shell: true })
        : spawnSync('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    if (error || status !== 0) {
      throw new CliError(
        'error',
        `The editor '${editor}' failed (${error?.message ?? `exit ${status}`}); nothing was sent.`,
      );
    }
    const edited = readFileSync(file, 'utf8');
    // Editors end a file with a newline of their own.
    return text.endsWith('\n') ? edited : edited.replace(/\n$/, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
