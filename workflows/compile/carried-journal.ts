/** A branch's events as the last argument of an activity: they get into the history without an event of their own. */
import { workflowInfo } from '@temporalio/workflow';
import type { Branch } from '../human/branch.ts';
import type { Desk } from '../human/desk.ts';
import { type CarriedJournal, JOURNAL_MARK } from '../protocol/events.ts';

export function carriedJournal({ teller }: Desk, { journal }: Branch): [] | [CarriedJournal] {
  return journal.isEmpty ? [] : [{ [JOURNAL_MARK]: teller.tell(journal), execution: workflowInfo().runId }];
}
