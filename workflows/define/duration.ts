/** Durations as people write them: a number and a unit, `'300s'`, `'5 minutes'`, `'2 days'`. */
import ms, { type StringValue } from 'ms';

/** Written out here, since `ms` has no types that a user of this package would find. */
type Unit =
  | ('ms' | 'msec' | 'msecs' | 'millisecond' | 'milliseconds')
  | ('s' | 'sec' | 'secs' | 'second' | 'seconds')
  | ('m' | 'min' | 'mins' | 'minute' | 'minutes')
  | ('h' | 'hr' | 'hrs' | 'hour' | 'hours')
  | ('d' | 'day' | 'days')
  | ('w' | 'week' | 'weeks')
  | ('y' | 'yr' | 'yrs' | 'year' | 'years');

/** A duration with its unit. Bare numbers are refused: agno's are seconds, Temporal's milliseconds. */
export type DurationString = `${number}${Unit}` | `${number} ${Unit}`;

/** Beyond this, dates leave the range that the server's lists can hold. */
const MOST = '100 years';

/** Milliseconds of a duration, or `undefined` when it is not a positive duration with a unit, of at most 100 years. */
export function durationMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/[a-z]\s*$/i.test(value)) return undefined;
  try {
    const parsed = ms(value as StringValue);
    return Number.isFinite(parsed) && parsed > 0 && parsed <= ms(MOST) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
