/**
 * Text from data – inputs, outputs, messages, what a model wrote – as text: nothing of it may move the cursor, change a
 * colour or turn the direction of what a person decides on. Everything that a command prints of a run goes through here.
 */
import { escapeHidden, HIDDEN } from '../../workflows/protocol/hidden.ts';

/** The first half of a character that a cut has left. */
const HALF = /[\ud800-\udbff]$/;

/** The text with a picture, or the code, of each hidden character: shown, so that nothing is hidden from who decides. */
export function plain(text: string): string {
  return text.replace(HIDDEN, picture).replaceAll('\r\n', '\n');
}

/** The same in one line, cut where it is long. */
export function oneLine(text: string, limit = 200): string {
  const line = plain(text)
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).replace(HALF, '')}…`;
}

/** An id or a name, in one line and whole: a newline in it must not pass for a line of ours. */
export function label(name: string): string {
  return oneLine(name, 1000);
}

/** An argument as a shell takes it. */
export function quoted(argument: string): string {
  const text = label(argument);
  return /^[\w@%+=:,./#-]+$/.test(text) && !text.startsWith('#') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A value as people read it: a text as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return plain(typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''));
}

/** JSON for programs that a terminal takes as text too: JSON itself escapes C0 only. */
export function safeJson(value: unknown, space?: number): string {
  return escapeHidden(JSON.stringify(value, null, space) ?? 'null');
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : escapeHidden(character);
}
