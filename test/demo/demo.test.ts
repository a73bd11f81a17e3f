/** `npm run demo` as its users run it: a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Requirement } from 'holdpoint/client';
import { requirementFields } from '../support/requirement.ts';
import { ENTER, hasTerminals, Terminal } from './terminal.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/01-customer-pipeline');
const COMMAND = [process.execPath, '--import', import.meta.resolve('tsx'), join(EXAMPLE, 'demo.ts')] as const;
const ANSWERS = JSON.parse(readFileSync(join(EXAMPLE, 'answers.json'), 'utf8')) as object[];

let folder: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-demo-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the demo without a terminal, to its end. */
async function demo(...args: string[]): Promise<Ended> {
  const [node, ...rest] = COMMAND;
  const env = { ...process.env, HOLDPOINT_TEMPORAL_CLI: inject('cli') };
  running = spawn(node, [...rest, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [running.stdout, running.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)));
  const [code] = (await once(running, 'close')) as [number | null];
  return { code, output: output.join('') };
}

function fileOf(answers: unknown): string {
  const file = join(folder, 'my-answers.json');
  writeFileSync(file, typeof answers === 'string' ? answers : JSON.stringify(answers));
  return file;
}

function unattended(answers: unknown): Promise<Ended> {
  return demo('--answers', fileOf(answers));
}

interface Reviewer {
  review(requirement: Requirement): Promise<void>;
}

async function reviewerOf(answers: unknown): Promise<Reviewer> {
  // By a path that is no literal: the examples are another project of the TypeScript compiler's.
  const { scriptedReviewer } = await import(join(EXAMPLE, 'reviewers/script.ts'));
  return scriptedReviewer(fileOf(answers));
}

function published(name: string): string {
  const root = join(folder, '.holdpoint/demo/published');
  const [run = ''] = readdirSync(root);
  return readFileSync(join(root, run, name), 'utf8');
}

describe('with a file of answers', () => {
  it('runs from the CSV to the published files, and says what was decided', async () => {
    const { code, output } = await demo('--answers', join(EXAMPLE, 'answers.json'));
    expect(output).toContain('user input: confirmed, minimum_spend = 100, region = "Europe"');
    expect(output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/customers-/);
    expect(output).toMatch(/\.holdpoint\/demo\/published\/customers-\w+\/report\.md/);
    expect(code).toBe(0);
    const report = published('report.md');
    expect(report).toContain('26 of 201 rows: EUR 100 or more a month, Europe.');
    expect(report).toContain('a reviewer said: List the top 5, please');
    const [header, ...rows] = published('customers.csv').trim().split('\n');
    expect(header).toBe('id,name,email,country,plan,monthlySpend,lastSeen,score,segment');
    expect(rows).toHaveLength(26);
    expect(rows).toContainEqual(expect.stringContaining('"Müller, Chidi",chidi.muller@example.com,FR,business,644.1'));
  });

  it('fails when an answer is left over, although the run ended well', async () => {
    const { code, output } = await unattended([...ANSWERS, { do: 'confirm' }]);
    expect(output).toContain('the run is completed, and 1 entry is left over, from entry 6 on.');
    expect(code).toBe(1);
    expect(published('report.md')).toContain('Top 5');
  });

  it('starts nothing with a malformed file', async () => {
    const { code, output } = await unattended('[{');
    expect(output).toMatch(/✗ .*my-answers\.json is not JSON/);
    expect(output).not.toContain('Starting');
    expect(code).toBe(1);
  });

  // In this process: that what a reviewer throws ends the demo with 1 is shown above.
  it('fails when an answer is missing', async () => {
    const reviewer = await reviewerOf([{ do: 'confirm' }]);
    await reviewer.review(new Requirement(requirementFields('confirmation')));
    const last = new Requirement(requirementFields('route', { message: 'Where shall it be published?' }));
    const missing = 'my-answers.json has 1 entries, and no answer to: Where shall it be published? (node#route)';
    await expect(reviewer.review(last)).rejects.toThrow(missing);
  });

  it('fails when an answer does not fit its question, and takes a list as several actions', async () => {
    const reviewer = await reviewerOf([[{ do: 'none' }, { do: 'input', values: { minimum_spend: 'much' } }]]);
    const userInputSchema = [{ name: 'minimum_spend', type: 'float', required: true }] as const;
    const asked = new Requirement(requirementFields('user_input', { userInputSchema }));
    await expect(reviewer.review(asked)).rejects.toThrow("entry 1 does not fit node#user_input: field 'minimum_spend'");
  });

  it.each([
    ['[{', /is not JSON/],
    [{ do: 'confirm' }, /expected a list of answers/],
    [[{ do: 'confirm' }, { do: 'agree' }], /entry 2 is no answer: do must be one of confirm, .*got \{"do":"agree"\}/],
    [[[]], /entry 1 is no answer: the list is empty/],
    [[{ do: 'select' }], /entry 1 is no answer: choices: /],
  ])('refuses the malformed file %j', async (answers, sentence) => {
    const refused = { name: 'DemoError', message: expect.stringMatching(sentence) };
    await expect(reviewerOf(answers)).rejects.toMatchObject(refused);
  });
});

it('says what to do where there is no terminal', async () => {
  const { code, output } = await demo();
  expect(output).toContain('npm run demo -- --answers');
  expect(code).toBe(1);
});

/** The demo at a terminal. */
function atTerminal(): Terminal {
  const env = { ...process.env, HOLDPOINT_TEMPORAL_CLI: inject('cli') };
  const terminal = new Terminal(COMMAND, { cwd: folder, env });
  running = terminal.child;
  return terminal;
}

describe.runIf(hasTerminals())('at a terminal', () => {
  it('counts down, survives a kill -9 at a pause, and offers to go on from there', async () => {
    const first = atTerminal();
    const pid = /pid (\d+)/.exec(await first.see(/pid \d+/))?.[1];
    await first.see('Process sensitive data?');
    await first.see(/14:5\d left, then: cancel/);
    await first.see(/14:5\d left/);
    process.kill(Number(pid), 'SIGKILL');
    await first.ended;

    const second = atTerminal();
    await second.see(/Resume the run of .*it waits at: Process sensitive data\?/s);
    await second.type(ENTER);
    await second.see('Process sensitive data?');
    await second.type(ENTER);
    await second.see('minimum_spend');
    await second.type(`much${ENTER}`);
    await second.see('must be float');
    await second.type(`\u007f\u007f\u007f\u007f900${ENTER}`);
    await second.see('region');
    await second.type(ENTER);
    await second.see(/EUR 900 or more a month, everywhere.*Approve/s);
    await second.type(ENTER);
    await second.see('json_feed');
    await second.type(' ');
    await second.type(ENTER);
    await second.see(/route: selected, csv_export.*customers\.csv.*Stop the server/s);
    await second.type(ENTER);
    expect(await second.ended).toBe(0);
    expect(published('customers.csv')).toContain('yusuf.ferreira@example.com');
  });

  it('stops at Ctrl-D as at Ctrl-C, in order, and says that the run stays paused; Ctrl-Z does nothing', async () => {
    const terminal = atTerminal();
    await terminal.see('Process sensitive data?');
    await terminal.type('\u001a');
    await terminal.type('\u0004');
    await terminal.see('stays paused: npm run demo offers to resume it');
    expect(await terminal.ended).toBe(130);
  });
});
