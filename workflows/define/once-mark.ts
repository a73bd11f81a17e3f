/** Marks the argument of an activity that runs once for one yes; the activity itself does not get to see it. */
export const ONCE_MARK = '__holdpointOnce';

export function marked(argument: object, once: boolean): object {
  return once ? { ...argument, [ONCE_MARK]: true } : argument;
}
