/** Replays histories against a bundle, one after another: what a worker with it would do with these runs. Changes nothing. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { DefaultLogger, type InjectedSinks, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { WorkflowDefinition } from '../workflows/define/definition.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import type { Replaying, ReplaySinks } from '../workflows/run/replay-watch.ts';
import { askedOtherwise } from './asked-otherwise.ts';
import type { WorkflowBundle } from './bundle.ts';
import { changedAsker } from './changed-asker.ts';
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
  readonly type: typeof FAILURE.definitionChanged | typeof ASKS_OTHERWISE | 'Nondeterminism' | 'WorkflowTaskFailed';
  readonly message: string;
}

export interface Replayed {
  readonly recorded: Recorded;
  /** `undefined` where the run would go on. */
  readonly problem: Problem | undefined;
}

const ASKS_OTHERWISE = 'holdpoint.AsksOtherwise';

/** The interceptor that a bundle has to have for {@link replayed}. */
export const REPLAY_WATCH = fileURLToPath(
  new URL(`../workflows/run/replay-watch${extname(import.meta.url)}`, import.meta.url),
);

/** One result for each history, in their order; the next history is asked for when its turn comes. */
export async function* replayed(
  { code, definitions }: WorkflowBundle,
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
  let replaying: Replaying[] = [];
  const concluded = { fn: (_: unknown, each: Replaying) => void replaying.push(each), callDuringReplay: true };
  const sinks: InjectedSinks<ReplaySinks> = { holdpointReplay: { concluded } };
  async function* inTurn() {
    for await (recorded of histories) {
      replaying = [];
      const { id, workflowId = id, history } = recorded;
      yield { workflowId, history };
    }
  }
  const options = { workflowBundle: { code }, dataConverter, sinks };
  for await (const { error } of Worker.runReplayHistories(options, inTurn())) {
    const definition = definitions.get(recorded.workflowName);
    const problem = error ? problemOf(error) : await otherwise(recorded, replaying, definition, dataConverter);
    yield { recorded, problem };
  }
}

async function otherwise(
  { history }: Recorded,
  replaying: readonly Replaying[],
  definition: WorkflowDefinition | undefined,
  dataConverter: DataConverter,
): Promise<Problem | undefined> {
  try {
    const converter = loadDataConverter(dataConverter);
    const difference =
      (await askedOtherwise(history, replaying, converter)) ??
      (definition && (await changedAsker(history, definition, converter)));
    return difference === undefined ? undefined : { type: ASKS_OTHERWISE, message: `${difference}. ${WHAT_TO_DO}` };
  } catch (error) {
    return { type: 'WorkflowTaskFailed', message: reasonOf(error) };
  }
}

const WHAT_TO_DO =
  'Put back what was changed there, or keep the old workers running beside the new ones (Worker Versioning) until the run is past it.';

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
