/** Values as errors name them. */
import { cut } from './cut.ts';

/** At most 80 characters. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return cut(textOf(value), 80);
}

/** JSON where there is one: not of a bigint, a symbol or a cycle. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === 'bigint' ? `${value}n` : 'an object that is no JSON';
  }
}
