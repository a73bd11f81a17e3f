/** Where commands write: results on stdout – lines for people or JSON for programs –, everything else on stderr. */
import { styleText } from 'node:util';
import { safeJson } from './plain.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours only where a terminal shows them, and nobody asked for none. */
function paintFor(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const colourful = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return (style, text) => (colourful ? styleText(style, text, { validateStream: false }) : text);
}

/** For text on stdout. */
export const paint = paintFor(process.stdout);
/** For text on stderr. */
export const paintAside = paintFor(process.stderr);

export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** One JSON document, for `--json`. */
export function printJson(value: unknown): void {
  print(safeJson(value, 2));
}

/** One line of JSON, for streams. */
export function printJsonLine(value: unknown): void {
  print(safeJson(value));
}

/** Something to know that is no result. */
export function aside(line: string): void {
  process.stderr.write(`${line}\n`);
}
