/** The contract between a run that pauses and whoever a worker tells of it. */
import type { OpenPause } from './memo.ts';

/** Activity type of what a worker's `onPause` does. */
export const ON_PAUSE_ACTIVITY = 'holdpoint.onPause';

/** As a run sends it. */
export interface PauseMessage {
  readonly type: 'pause' | 'reminder';
  readonly runId: string;
  readonly workflowName: string;
  readonly sessionId: string;
  readonly requirement: OpenPause;
}

/** What comes back: how long before a deadline the run is to say it again. */
export interface PauseToldReply {
  readonly remindBeforeMs?: number;
}
