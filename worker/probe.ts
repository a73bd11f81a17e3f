/** Asks whether a Temporal server answers at an address. */
import { Connection } from '@temporalio/client';
import type { ConnectionSettings } from '../client/config.ts';

export interface Probe {
  readonly serves: boolean;
  readonly problem?: string;
}

/** One question with a deadline; with namespaces, whether it knows them all. Never rejects. */
export async function probeServer(
  settings: ConnectionSettings | string,
  namespaces: readonly string[] = [],
  deadlineMs = 2_000,
): Promise<Probe> {
  const connection = Connection.lazy(typeof settings === 'string' ? { address: settings } : settings);
  try {
    await connection.withDeadline(Date.now() + deadlineMs, async () => {
      await connection.workflowService.getSystemInfo({});
      for (const namespace of namespaces) await connection.workflowService.describeNamespace({ namespace });
    });
    return { serves: true };
  } catch (error) {
    const { details, message } = error as { details?: string; message: string };
    return { serves: false, problem: details || message };
  } finally {
    await connection.close();
  }
}
