/** What the options of a run must be: checked by the client before anything is started, and by the run, whoever started it. */
import { describe } from '../define/describe.ts';
import { isRecord } from '../define/json.ts';
import type { RunOptions } from './run-output.ts';

/** A search attribute holds at most 255 characters everywhere. */
const ID_LIMIT = 255;

const KINDS: { readonly [K in keyof Required<RunOptions>]: 'string' | 'object' } = {
  sessionId: 'string',
  userId: 'string',
  additionalData: 'object',
  sessionState: 'object',
};

/** What is wrong, as a sentence; `undefined` where nothing is. */
export function optionsProblem(options: unknown): string | undefined {
  if (options === undefined || options === null) return undefined;
  if (!isRecord(options)) return `The options of a run are an object, got ${describe(options)}`;
  for (const [key, value] of Object.entries(options)) {
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key as keyof RunOptions] : undefined;
    if (kind === undefined) {
      return `The options of a run have no '${key.slice(0, 80)}'; they are ${Object.keys(KINDS).join(', ')}`;
    }
    if (value === undefined || value === null) continue;
    if (kind === 'object' ? !isRecord(value) : !isId(value)) {
      const wanted = kind === 'object' ? 'an object' : `a string of 1 to ${ID_LIMIT} characters`;
      return `The option '${key}' of a run must be ${wanted}, got ${describe(value)}`;
    }
  }
  return undefined;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_LIMIT;
}
