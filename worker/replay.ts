/** Replays histories against a bundle, one after another: what a worker with it would do with these runs. Changes nothing. */
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { messageIn } from './core-failure.ts';
import type { History } from './read-history.ts';

export interface Recorded {
  /** A run's id, or the file that its history was read from. */
  readonly id: string;
  /** Where it is not the id: a run knows its own, and begins with it. */
  readonly workflowId?: string;
  readonly workflowName: string;
  /** The version that the run is pinned to, `<deployment>:<build id>`: another one's workers do not get it. */
  readonly pinnedTo?: string;
  readonly history: History;
}

/** Why a run would not go on. */
export interface Problem {
  /** `Nondeterminism` and `WorkflowTaskFailed` are Temporal's own. */
  readonly type: typeof FAILURE.definitionChanged | 'Nondeterminism' | 'WorkflowTaskFailed';
  readonly message: string;
}

export interface Replayed {
  readonly recorded: Recorded;
  /** `undefined` where the run would go on. */
  readonly problem: Problem | undefined;
}

/** One result for each history, in their order; the next history is asked for when its turn comes. */
export async function* replayed(
  code: string,
  histories: AsyncIterable<Recorded>,
  dataConverter: DataConverter,
): AsyncGenerator<Replayed> {
  // What a replay logs is what it says here.
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
  let recorded!: Recorded;
  async function* inTurn() {
    for await (recorded of histories) {
      const { id, workflowId = id, history } = recorded;
      yield { workflowId, history };
    }
  }
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code }, dataConverter }, inTurn())) {
    yield { recorded, problem: error && problemOf(error) };
  }
}

/** A payload that is not readable here – its key or its storage is missing – says nothing of the new code. */
export function isUnreadable({ message }: Problem): boolean {
  return /^a payload (?:is|says) |\[TMPRL1105\]/.test(message);
}

function problemOf(error: Error): Problem {
  const message = messageIn(error.message) ?? error.message;
  if (error instanceof DeterminismViolationError) return { type: 'Nondeterminism', message };
  const prefix = `${FAILURE.definitionChanged}: `;
  return message.startsWith(prefix)
    ? { type: FAILURE.definitionChanged, message: message.slice(prefix.length) }
    : { type: 'WorkflowTaskFailed', message };
}
