/** Cases observed on agno, through the command that users of the format run. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The shared ones, and more of the kind: drawn and answered at random, and observed with `observe.py`. */
const FILES = [
  ['cases.json', 'observed.json', 55],
  ['more-cases.json', 'more-observed.json', 104],
] as const;

test.each(FILES)('does what agno does in every case of %s', { timeout: 120_000 }, async (cases, observed, count) => {
  const files = [cases, observed].map((name) => path(`./cases/${name}`));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    path('./main.ts'),
    ...files,
  ]).catch((error) => error as { stdout: string });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(lines.at(-1)).toBe(`${count} passed, 0 failed, 0 skipped`);
});
