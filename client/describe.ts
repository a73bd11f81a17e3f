/** A run as the server describes it. The SDK's own description decodes the memo, and fails where that cannot be read here. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { defined } from '../workflows/define/defined.ts';
import { callRun } from './server-call.ts';

export type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

interface Of {
  /** Temporal's id of an execution; default: the newest. */
  readonly executionId?: string;
  readonly deadlineMs?: number;
}

/** @throws {RunNotFound} */
export async function describeRun(
  client: Client,
  runId: string,
  { executionId, deadlineMs }: Of = {},
): Promise<Description> {
  const execution = defined({ workflowId: runId, runId: executionId });
  const request = { namespace: client.options.namespace, execution };
  return callRun(client, runId, () => client.workflowService.describeWorkflowExecution(request), deadlineMs);
}
