/** Values as errors name them. */

/** At most 80 characters. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** JSON where there is one: not of a bigint, a symbol or a cycle. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === 'bigint' ? `${value}n` : 'an object that refers to itself';
  }
}
