/** Keys of an activity's argument that the activity itself does not get to see: the worker takes them off. */

/** The argument carries the run's events. */
export const JOURNAL_MARK = '__holdpointJournal';

/** The activity runs once for one yes. */
export const ONCE_MARK = '__holdpointOnce';

export function marked(argument: object, once: boolean): object {
  return once ? { ...argument, [ONCE_MARK]: true } : argument;
}
