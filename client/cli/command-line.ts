/** Commands as a person types them. */
import type { DecisionAction } from '../../workflows/protocol/signals.ts';
import { quoted } from './plain.ts';

/** The command that gives each answer. */
export const COMMAND_OF = {
  confirm: 'approve',
  reject: 'reject',
  edit: 'edit',
  input: 'input',
  select: 'select',
  retry: 'retry',
  skip: 'skip',
  result: 'complete',
} as const satisfies Record<DecisionAction, string>;

/** A command to type, about these ids: none of them is an option, whatever it looks like. */
export function commandLine(name: string, ids: readonly string[], options: readonly string[] = []): string {
  const target = ids.map(quoted);
  const words = ids.some((id) => id.startsWith('-')) ? [...options, '--', ...target] : [...target, ...options];
  return `holdpoint ${[name, ...words].join(' ')}`;
}
