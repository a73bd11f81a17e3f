/**
 * The shape of the code. Lint keeps the zones apart; here is shown that it really does, for a rule that matches nothing
 * is as green as one that is kept, and what lint cannot say: the primitives stand side by side.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Who imports what: allowed or not. One line is one file of one import. */
const IMPORTS: [boolean, string, string][] = [
  ...['ms', '@cfworker/json-schema', '@noble/hashes/sha2.js', '@temporalio/workflow', '@temporalio/common'].flatMap(
    (name): [boolean, string, string][] => [
      [true, 'workflows/define/x.ts', name],
      [true, 'workflows/run/x.ts', name],
    ],
  ),
  ...['node:fs', 'fs', 'zod', 'ai', 'pino', '@temporalio/client', '@temporalio/worker', '@marcbachmann/cel-js'].flatMap(
    (name): [boolean, string, string][] => [
      [false, 'workflows/define/x.ts', name],
      [false, 'workflows/run/x.ts', name],
      [false, 'workflows/index.ts', name],
    ],
  ),
  [true, 'workflows/define/cel.ts', '@marcbachmann/cel-js'],
  [false, 'workflows/define/cel.ts', 'node:fs'],
  ...direction(['define', 'protocol', 'human', 'agent', 'compile', 'run']),
  ...['activities', 'client', 'worker'].flatMap((zone): [boolean, string, string][] => [
    [false, 'workflows/protocol/x.ts', `../../${zone}/y.ts`],
    [false, 'workflows/index.ts', `../${zone}/y.ts`],
  ]),
  ...['activities', 'client'].flatMap((zone): [boolean, string, string][] => [
    [true, `${zone}/x.ts`, 'node:fs'],
    [true, `${zone}/x.ts`, '../workflows/define/y.ts'],
    [true, `${zone}/x.ts`, '../workflows/protocol/y.ts'],
    [false, `${zone}/x.ts`, '../workflows/human/desk.ts'],
    [false, `${zone}/x.ts`, '../workflows/run/y.ts'],
    [false, `${zone}/x.ts`, '../workflows/index.ts'],
    [false, `${zone}/x.ts`, '../worker/y.ts'],
    [false, `${zone}/x.ts`, '../test/kit/y.ts'],
    [false, `${zone}/x.ts`, 'holdpoint/workflow'],
    [false, `${zone}/x.ts`, '@temporalio/workflow'],
    [false, `${zone}/x.ts`, '@temporalio/worker'],
  ]),
  [true, 'activities/model.ts', 'ai'],
  [true, 'activities/model.ts', '../workflows/protocol/y.ts'],
  [false, 'activities/model.ts', './agent.ts'],
  ...['ai', '@ai-sdk/openai-compatible'].map((name): [boolean, string, string] => [false, 'activities/x.ts', name]),
  [true, 'client/x.ts', '../workflows/human/answer-rules.ts'],
  [true, 'client/x.ts', '../workflows/human/tool-answers.ts'],
  [true, 'client/x.ts', '../workflows/human/read-answer.ts'],
  [false, 'activities/x.ts', '../workflows/human/answer-rules.ts'],
  [false, 'activities/x.ts', '../client/y.ts'],
  [false, 'client/x.ts', '../activities/y.ts'],
  [true, 'worker/x.ts', '../activities/y.ts'],
  [true, 'worker/x.ts', '../client/y.ts'],
  [true, 'worker/x.ts', '../workflows/run/y.ts'],
  [false, 'worker/x.ts', '../examples/01-a/y.ts'],
  [true, 'examples/01-a/x.ts', 'holdpoint/client'],
  [true, 'examples/01-a/x.ts', './workflows/y.ts'],
  [true, 'examples/01-a/workflows/x.ts', '../activities/y.ts'],
  [false, 'examples/01-a/x.ts', '../../client/y.ts'],
  [false, 'examples/01-a/workflows/x.ts', '../../../workflows/index.ts'],
  [true, 'test/kit/x.ts', '../../client/y.ts'],
  [false, 'test/kit/x.ts', 'vitest'],
];

/** Folders of workflows/ in their order: each imports itself and those before it. */
function direction(order: readonly string[]): [boolean, string, string][] {
  return order.flatMap((from, position) =>
    order.map((to, index): [boolean, string, string] => [
      index <= position,
      `workflows/${from}/x.ts`,
      from === to ? './y.ts' : `../${to}/y.ts`,
    ]),
  );
}

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

function oxlint(directory: string): readonly Diagnostic[] {
  const bin = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  try {
    execFileSync(process.execPath, [bin, '--format=json'], { cwd: directory, encoding: 'utf8' });
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout).diagnostics;
  }
  return [];
}

describe('lint', () => {
  let directory: string;
  const refused = new Set<string>();
  let cycles: readonly string[];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdpoint-zones-'));
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), text);
    };
    const config = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'));
    write('.oxlintrc.json', JSON.stringify({ ...config, options: {} }));

    const lines = new Map<string, typeof IMPORTS>();
    for (const line of IMPORTS) lines.set(line[1], [...(lines.get(line[1]) ?? []), line]);
    for (const [file, imports] of lines) {
      write(file, imports.map(([, , name], index) => `export { x${index} } from '${name}';\n`).join(''));
    }
    write('worker/a.ts', "import { b } from './b.ts';\nexport const a = () => b;\n");
    write('worker/b.ts', "import { a } from './a.ts';\nexport const b = () => a;\n");
    write('worker/c.ts', "import type { D } from './d.ts';\nexport interface C { d: D }\nexport const c = 1;\n");
    write('worker/d.ts', "import { c } from './c.ts';\nexport type D = typeof c;\n");

    const found = oxlint(directory);
    for (const { code, filename, labels } of found) {
      if (code !== 'eslint(no-restricted-imports)') continue;
      const [, file, name] = lines.get(filename)![labels[0]!.span.line - 1]!;
      refused.add(`${file} ${name}`);
    }
    cycles = found.filter(({ code }) => code === 'import(no-cycle)').map(({ filename }) => filename);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(IMPORTS)('allowed %s: %s imports %s', (allowed, file, name) => {
    expect(refused.has(`${file} ${name}`)).toBe(!allowed);
  });

  it('refuses cycles, but not of types', () => {
    expect(cycles.toSorted()).toEqual(['worker/a.ts', 'worker/b.ts']);
  });
});

describe('primitives', () => {
  const PRIMITIVES = ['step', 'steps', 'loop', 'condition', 'router', 'parallel'];

  it.each(PRIMITIVES)('%s has one file in define/ and one in compile/', (name) => {
    for (const folder of ['define', 'compile'])
      expect(existsSync(join(ROOT, 'workflows', folder, `${name}.ts`))).toBe(true);
  });
});

describe('source files', () => {
  const files = ['workflows', 'activities', 'client', 'worker'].flatMap((zone) =>
    readdirSync(join(ROOT, zone), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(zone, file)),
  );

  it('have at most 350 lines, and say at their top what they are for', () => {
    const texts = files.map((file): [string, string] => [file, readFileSync(join(ROOT, file), 'utf8')]);
    const wrong = texts.filter(([, text]) => text.split('\n').length > 351 || !/^(#!.*\n)?\/\*\*/.test(text));
    expect(wrong.map(([file]) => file)).toEqual([]);
  });
});
