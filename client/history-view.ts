/** What the events of a run say about its pauses, its end, and the fate of one answer. Pure, apart from decoding. */
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { MEMO_KEY } from '../workflows/protocol/memo.ts';
import { CONTINUE_RUN, type ContinueRunSignal } from '../workflows/protocol/signals.ts';
import { eventId, type HistoryEvent } from './history-tail.ts';
import { decodeSignal, readMessage, readPayload } from './payloads.ts';
import { readMemo } from './read-run.ts';

export class HistoryView {
  /** The answer is in history and the workflow has handled it; from the start, where none is awaited. */
  processed: boolean;
  /** The newest memo since then says that something waits and nothing else is at work. */
  paused = false;
  /** Message of the newest failed workflow task that no success followed. */
  taskFailure: string | undefined;
  /** The event that closed the newest execution. */
  completed: HistoryEvent['workflowExecutionCompletedEventAttributes'];
  /** Requirements that the awaited answer has resolved, as the memos tell. */
  readonly decided = new Set<string>();
  readonly #client: Client;
  readonly #workflowId: string;
  readonly #decisionId: string | undefined;
  /** Where the answer stands in history. */
  #signaledAt: number | undefined;

  /** @param decisionId of the answer whose fate is awaited */
  constructor(client: Client, workflowId: string, decisionId: string | undefined) {
    this.#client = client;
    this.#workflowId = workflowId;
    this.#decisionId = decisionId;
    this.processed = decisionId === undefined;
  }

  async read(events: readonly HistoryEvent[]): Promise<void> {
    for (const event of events) await this.#readOne(event);
  }

  async #readOne(event: HistoryEvent): Promise<void> {
    const { workflowExecutionSignaledEventAttributes: signaled, workflowTaskCompletedEventAttributes: done } = event;
    if (signaled && (await this.#isMine(signaled))) this.#signaledAt = eventId(event);
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed?.newRunId) {
      // A reset may have dropped the answer; what it kept follows. Either way the next task tells its fate.
      if (this.#signaledAt !== undefined) this.#signaledAt = eventId(event);
    } else if (failed) {
      this.taskFailure = (await readMessage(this.#client, this.#workflowId, failed.failure)) ?? 'no message';
    }
    if (done) {
      this.taskFailure = undefined;
      // A task that started before the signal has not seen it.
      if (this.#signaledAt !== undefined && Number(done.startedEventId) > this.#signaledAt) this.processed = true;
    }
    const memo = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[MEMO_KEY];
    if (memo && this.processed) await this.#readMemo(memo);
    this.completed = event.workflowExecutionCompletedEventAttributes;
  }

  async #isMine(signaled: NonNullable<HistoryEvent['workflowExecutionSignaledEventAttributes']>): Promise<boolean> {
    const payload = signaled.input?.payloads?.[0];
    if (this.#decisionId === undefined || signaled.signalName !== CONTINUE_RUN || !payload) return false;
    // Anybody may signal anything: what cannot be read is not ours.
    const argument = await decodeSignal(this.#client, this.#workflowId, payload).catch(() => undefined);
    return (argument as ContinueRunSignal | undefined)?.decisionId === this.#decisionId;
  }

  async #readMemo(payload: Payload): Promise<void> {
    const memo = readMemo(await readPayload(this.#client, this.#workflowId, payload));
    if (!memo) return;
    this.paused = memo.status === 'paused';
    for (const [requirement, decisionId] of memo.decided) {
      if (decisionId === this.#decisionId) this.decided.add(requirement);
    }
  }
}
