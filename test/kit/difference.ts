/** Where two JSON values differ, in lines that a person can read. */
import { isDeepStrictEqual } from 'node:util';

const LINES = 10;
const LENGTH = 200;

/** `path: expected … got …`, at most ten; empty where they are equal. */
export function differences(expected: unknown, actual: unknown): string[] {
  const found = compare(plain(expected), plain(actual), '');
  return found.length > LINES ? [...found.slice(0, LINES), `… and ${found.length - LINES} more`] : found;
}

/** As JSON has it: without what it leaves out. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

function compare(expected: unknown, actual: unknown, path: string): string[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (!isContainer(expected) || !isContainer(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return [`${path || 'the whole'}: expected ${short(expected)}, got ${short(actual)}`];
  }
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => compare(expected[key], actual[key], inside(path, key, Array.isArray(expected))));
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function inside(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function short(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}

/** Lists as a diff: `-` is expected and not there, `+` is there and not expected. */
export function diffLines(expected: readonly string[], actual: readonly string[]): string[] {
  const common = longestCommon(expected, actual);
  const lines: string[] = [];
  let [left, right] = [0, 0];
  for (const line of [...common, undefined]) {
    while (left < expected.length && expected[left] !== line) lines.push(`- ${expected[left++]}`);
    while (right < actual.length && actual[right] !== line) lines.push(`+ ${actual[right++]}`);
    if (line === undefined) break;
    lines.push(`  ${line}`);
    left += 1;
    right += 1;
  }
  return lines;
}

function longestCommon(a: readonly string[], b: readonly string[]): string[] {
  let row: string[][] = Array.from({ length: b.length + 1 }, () => []);
  for (const line of a) {
    const next: string[][] = [[]];
    for (const [index, other] of b.entries()) {
      const [above, left] = [row[index + 1]!, next[index]!];
      next.push(line === other ? [...row[index]!, line] : above.length >= left.length ? above : left);
    }
    row = next;
  }
  return row.at(-1)!;
}
