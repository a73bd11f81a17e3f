/** Who answers the questions of a run: a person at the terminal, or a file. */
import type { PausedRun, Requirement, Run } from 'holdpoint/client';

export interface Reviewer {
  /** Recorded with every answer. */
  readonly by: string;
  readonly say: (line: string) => void;
  readonly show: (title: string, lines: readonly string[]) => void;
  /** The paused run to go on with; `undefined` for a new one. */
  chooseRun(paused: readonly PausedRun[]): Promise<string | undefined>;
  /** Gives the requirement its answer, or leaves it without one when it has none, or was resolved meanwhile. */
  review(requirement: Requirement, look: Look): Promise<void>;
  /** The run has ended. @throws {DemoError} when that was not expected. */
  finish(run: Run): Promise<void>;
}

/** The run as it is now. */
export type Look = () => Promise<Run>;

/** Something that the user can put right; the message says it all. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** The user wants the demo to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
