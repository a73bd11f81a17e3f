/**
 * Text from data – inputs, outputs, messages, what a model wrote – as text: nothing of it may move the cursor, change a
 * colour or turn the direction of what a person decides on. Everything that a command prints of a run goes through here.
 */

/** C0 (but tab and newline), DEL, C1, separators, and the marks that turn text round. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** The first half of a character that a cut has left. */
const HALF = /[\ud800-\udbff]$/;
const C1_AND_MARKS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text with each control character as a picture of it: shown, so that nothing is hidden from who decides. */
export function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROLS, picture);
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

/** A value as people read it: a text as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return plain(typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''));
}

/** JSON for programs that a terminal takes as text too: JSON itself escapes C0 only. */
export function safeJson(value: unknown, space?: number): string {
  return (JSON.stringify(value, null, space) ?? 'null').replace(C1_AND_MARKS, escaped);
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : escaped(character);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
