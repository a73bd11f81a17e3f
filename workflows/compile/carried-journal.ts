/** The run's events as the last argument of an activity: they get into the history without an event of their own. */
import type { Journal } from '../human/journal.ts';
import { type CarriedJournal, JOURNAL_MARK } from '../protocol/events.ts';

export function carriedJournal(journal: Journal): [] | [CarriedJournal] {
  return journal.isEmpty ? [] : [{ [JOURNAL_MARK]: journal.take() }];
}
