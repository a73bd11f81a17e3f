/** Plain lines for people; colours only where a terminal shows them. */
import { paint, paintAside } from '../client/cli/output.ts';

export const terminal = {
  /** A fact under a short heading. */
  fact: (heading: string, text: string) => console.log(`  ${paint('bold', heading.padEnd(8))} ${text}`),
  /** Something that happened. */
  say: (text: string) => console.log(`  ${paint('dim', text)}`),
  /** Something that went right. */
  done: (text: string) => console.log(`${paint('green', '✓')} ${text}`),
  /** Something to know that is not a failure. */
  note: (text: string) => console.log(`${paint('yellow', '!')} ${text}`),
  fail: (text: string) => console.error(`${paintAside('red', '✗')} ${text}`),
};

/** How errors are told: ours by their message, which says all; others with their stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return OURS.has(error.name) ? error.message : (error.stack ?? error.message);
}

const OURS = new Set([
  ...['BinaryNotFoundError', 'BundleError', 'ConfigError', 'DefinitionError', 'DevServerError', 'WorkerStartError'],
]);
