/** Watches a run's history by long poll: how both sides of a comparison learn what happened, with no worker involved. */
import type { Client } from '@temporalio/client';

/** Both sides start a timer when they pause, so that is the event to look for; and cancel it when they are answered. */
type Marker =
  | 'timerStartedEventAttributes'
  | 'timerCanceledEventAttributes'
  | 'workflowExecutionCompletedEventAttributes';

export class Tail {
  /** Events seen so far. */
  events = 0;
  readonly #client: Client;
  readonly #workflowId: string;
  #token: Uint8Array | undefined;
  #ended = false;
  #unread: { [K in Marker]?: unknown }[] = [];

  constructor(client: Client, workflowId: string) {
    this.#client = client;
    this.#workflowId = workflowId;
  }

  /** @throws where the run has ended without */
  async until(marker: Marker): Promise<void> {
    for (;;) {
      const index = this.#unread.findIndex((event) => event[marker]);
      if (index >= 0) {
        this.#unread.splice(0, index + 1);
        return;
      }
      if (this.#ended) throw new Error(`${this.#workflowId} has ended: not what was to be measured`);
      await this.#poll();
    }
  }

  async #poll(): Promise<void> {
    const { history, nextPageToken } = await this.#client.workflowService.getWorkflowExecutionHistory({
      namespace: this.#client.options.namespace,
      execution: { workflowId: this.#workflowId },
      waitNewEvent: true,
      historyEventFilterType: 1,
      ...(this.#token ? { nextPageToken: this.#token } : {}),
    });
    this.#token = nextPageToken;
    this.#ended = nextPageToken.length === 0;
    this.#unread = history?.events ?? [];
    this.events += this.#unread.length;
  }
}
