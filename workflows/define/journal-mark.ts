/** Marks the argument of an activity that carries the run's events; the activity itself does not get to see it. */
export const JOURNAL_MARK = '__holdpointJournal';
