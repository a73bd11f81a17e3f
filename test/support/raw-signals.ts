/** What an attacker sends: every signal there is, and bytes that no client would encode. */
import { PEOPLE_SIGNALS, CONTINUE_RUN } from '../../workflows/protocol/signals.ts';
import type { TestRun, TestServer } from './server.ts';

const PEOPLE = Object.keys(PEOPLE_SIGNALS);
export const SIGNALS = [...PEOPLE, CONTINUE_RUN];

/** Sends bytes that no client would encode. */
export async function signalRaw(
  { client }: TestServer,
  run: TestRun,
  signalName: string,
  encoding: string,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  await client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: run.handle.workflowId },
    signalName,
    input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: bytes }] },
  });
}
