/** Cases observed on agno, through the command that users of the format run. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** agno lets the answer time out; the worker refuses the definition at its start, when the agents are known. */
const refused = {
  id: 'refused',
  workflow: {
    steps: [
      {
        name: 'g',
        agent: { tools: [{ name: 't', hitl: 'external' }], script: [{ tool: 't', args: { q: 'x' } }, { say: 'd' }] },
        hr: { timeout: 100, on_timeout: 'approve' },
      },
    ],
  },
  answers: [{ do: 'tool_result', result: 'r' }],
};

const read = (name: string) => JSON.parse(readFileSync(path(`./cases/${name}`), 'utf8'));

test('does what agno does in every case: the shared ones, and those of observe.py', { timeout: 180_000 }, async () => {
  // In one go: each has a server and a bundle to make.
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cases-'));
  const [cases, observed] = [join(folder, 'cases.json'), join(folder, 'observed.json')];
  const good = [...read('cases.json'), ...read('more-cases.json')];
  expect(good.length).toBeGreaterThan(190);
  writeFileSync(cases, JSON.stringify([refused, ...good]));
  writeFileSync(observed, JSON.stringify({ refused: {}, ...read('observed.json'), ...read('more-observed.json') }));
  const main = ['--import', 'tsx', path('./main.ts'), cases, observed];
  const { stdout } = await promisify(execFile)(process.execPath, main).catch((error) => error as { stdout: string });
  rmSync(folder, { recursive: true });
  const lines = stdout.trimEnd().split('\n');
  // One that the worker does not take is a verdict like others, and the others have theirs.
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([
    expect.stringMatching(/^FAIL refused: a definition error that agno does not raise: .*onTimeout 'approve'/),
  ]);
  expect(lines.at(-1)).toBe(`${good.length} passed, 1 failed, 0 skipped`);
});
