/** The shared conformance cases, through the command that users of the format run. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const arguments_ = ['--import', 'tsx', path('./main.ts'), path('./cases/cases.json'), path('./cases/observed.json')];

it('does what agno does in every shared case', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, arguments_).catch(
    (error) => error as { stdout: string },
  );
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 0 skipped$/);
});
