/** The names of holdpoint's metrics; what they count is in docs/operations.md. */
export const PAUSES_OPENED = 'holdpoint_pauses_opened';
export const PAUSES_CLOSED = 'holdpoint_pauses_closed';
export const RUNS_WAITING = 'holdpoint_runs_waiting';
export const DECISION_SECONDS = 'holdpoint_decision_seconds';
export const ANSWERS_REFUSED = 'holdpoint_answers_refused';
