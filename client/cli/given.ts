/** What was given on the command line: JSON or `@file`, texts, and who gives it. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { DurationString } from '../../workflows/define/duration.ts';
import { isRecord } from '../../workflows/define/json.ts';
import { timeoutMs, type WaitOptions } from '../wait.ts';
import { CliError } from './exit.ts';

/** The text itself, or that of a file after `@`; `@-` is stdin, and `@@` begins a text with `@`. @throws {CliError} */
export function textOf(option: string, given: string): string {
  if (given.startsWith('@@')) return given.slice(1);
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError('usage', `${option}: ${file} cannot be read: ${code === 'ENOENT' ? 'no such file' : message}.`);
  }
}

/** @throws {CliError} */
export function jsonOf(option: string, given: string): unknown {
  const text = textOf(option, given);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CliError('usage', `${option} is not JSON: ${(error as Error).message}.`);
  }
}

/** @throws {CliError} */
export function objectOf(option: string, given: string): Readonly<Record<string, unknown>> {
  const value = jsonOf(option, given);
  if (isRecord(value)) return value;
  throw new CliError('usage', `${option} must be a JSON object, '{"field": "value"}'.`);
}

/** JSON where it is JSON, else the text: an input is often a sentence. */
export function jsonOrText(option: string, given: string): unknown {
  const text = textOf(option, given);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The user who is signed in to this machine; a claim, as every `by`. */
export function signedInUser(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    // A container may run as a user that it has no entry for.
    return process.env.USER || process.env.USERNAME || undefined;
  }
}

/** @throws {CliError} */
export function wholeNumber(option: string, from = 1, to = Number.MAX_SAFE_INTEGER): (given: string) => number {
  return (given) => {
    const value = Number(given);
    if (Number.isSafeInteger(value) && value >= from && value <= to && given.trim() !== '') return value;
    const most = to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`;
    throw new CliError('usage', `${option} must be a whole number from ${from}${most}, got '${given}'.`);
  };
}

/** `--timeout`, as the client takes it. @throws {CliError} */
export function timeoutOf(given: string | undefined): Pick<WaitOptions, 'timeout'> {
  if (given === undefined) return {};
  try {
    // Milliseconds, so that what the client takes is what was checked.
    return { timeout: timeoutMs(given as DurationString)! };
  } catch {
    const wanted = "a duration with its unit, such as '30s' or '2 hours', at most 24 days";
    throw new CliError('usage', `--timeout must be ${wanted}, got '${given}'.`);
  }
}
