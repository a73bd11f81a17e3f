/** Search attributes of runs: for lists and filters, never needed by a run. */
import { defineSearchAttributeKey, type SearchAttributeType } from '@temporalio/common';
import { cut } from '../define/cut.ts';

/** The SDK does not export the type of its keys, so declarations need one of ours. */
export interface AttributeKey<Type extends SearchAttributeType> {
  readonly name: string;
  readonly type: Type;
}

/** Status as in {@link RunStatus}. */
export const HOLDPOINT_STATUS: AttributeKey<'KEYWORD'> = defineSearchAttributeKey('HoldpointStatus', 'KEYWORD');
/** Names of the nodes that wait for a human. */
export const HOLDPOINT_STEP: AttributeKey<'KEYWORD_LIST'> = defineSearchAttributeKey('HoldpointStep', 'KEYWORD_LIST');
export const HOLDPOINT_SESSION: AttributeKey<'KEYWORD'> = defineSearchAttributeKey('HoldpointSession', 'KEYWORD');
/** The earliest deadline of an open requirement. */
export const HOLDPOINT_DUE: AttributeKey<'DATETIME'> = defineSearchAttributeKey('HoldpointDue', 'DATETIME');

/** Characters of a keyword that every visibility store takes. A session id is shorter, unless it is a run's long id. */
const SESSION_LIMIT = 255;

/** The value of {@link HOLDPOINT_SESSION}. */
export function sessionAttribute(sessionId: string): string {
  return cut(sessionId, SESSION_LIMIT);
}

export const SEARCH_ATTRIBUTES = [HOLDPOINT_STATUS, HOLDPOINT_STEP, HOLDPOINT_SESSION, HOLDPOINT_DUE] as const;
