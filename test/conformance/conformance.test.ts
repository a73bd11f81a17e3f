/** Cases observed on agno, through the command that users of the format run. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const read = (name: string) => JSON.parse(readFileSync(path(`./cases/${name}`), 'utf8'));

test('does what agno does in every case: the shared ones, and those of observe.py', { timeout: 180_000 }, async () => {
  // In one go: each has a server and a bundle to make.
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cases-'));
  const [cases, observed] = [join(folder, 'cases.json'), join(folder, 'observed.json')];
  writeFileSync(cases, JSON.stringify([...read('cases.json'), ...read('more-cases.json')]));
  writeFileSync(observed, JSON.stringify({ ...read('observed.json'), ...read('more-observed.json') }));
  const main = ['--import', 'tsx', path('./main.ts'), cases, observed];
  const { stdout } = await promisify(execFile)(process.execPath, main).catch((error) => error as { stdout: string });
  rmSync(folder, { recursive: true });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(lines.at(-1)).toBe('194 passed, 0 failed, 0 skipped');
});
