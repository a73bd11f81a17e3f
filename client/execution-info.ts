/** What the server says of an execution in a list or a description, without anything that has to be decrypted. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { RunStatus } from '../workflows/protocol/run-output.ts';

export type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

export function runIdOf({ execution }: ExecutionInfo): string {
  return execution?.workflowId ?? '';
}

/** A search attribute, where it is a text. They are in the clear, whatever else cannot be read. */
export function attributeOf({ searchAttributes }: ExecutionInfo, name: string): string | undefined {
  const payload = searchAttributes?.indexedFields?.[name];
  const value: unknown = payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** By `WorkflowExecutionStatus`. */
const ENDED: Readonly<Record<number, RunStatus>> = {
  2: 'completed',
  3: 'failed',
  4: 'cancelled',
  5: 'failed',
  7: 'failed',
};

/** How it ended for Temporal; `undefined` for one that goes on. */
export function endOf({ status }: ExecutionInfo): RunStatus | undefined {
  return ENDED[Number(status)];
}

/** Of `WorkflowExecutionStatus`: it has ended, and another execution goes on. */
const CONTINUED = 6;

/** Whether it has a last event. One that an operator has paused has none, and takes no queries. */
export function isClosed(info: ExecutionInfo): boolean {
  return endOf(info) !== undefined || Number(info.status) === CONTINUED;
}

/** @param said the run's own last word: one that a human's "no" cancelled has completed for Temporal */
export function statusOf(info: ExecutionInfo, said: string | undefined): RunStatus {
  const ended = endOf(info);
  if (ended === undefined) return said === 'paused' ? 'paused' : 'running';
  return ended === 'completed' && said === 'cancelled' ? 'cancelled' : ended;
}
