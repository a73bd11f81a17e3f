/** How large payloads may be that a worker sends: it depends on whether the large ones are stored elsewhere. */
import type { WorkerOptions } from '@temporalio/worker';
import { PAYLOAD_LIMIT, STORE_FROM_LIMIT, STORED_PAYLOAD_LIMIT } from '../workflows/define/payload-limit.ts';

/** Do large payloads become references, all of them? */
export function storesPayloads({ dataConverter }: Pick<WorkerOptions, 'dataConverter'>): boolean {
  const { externalStorage } = dataConverter ?? {};
  return externalStorage !== undefined && externalStorage.payloadSizeThreshold <= STORE_FROM_LIMIT;
}

/** Bytes of JSON. */
export function payloadLimit(worker: Pick<WorkerOptions, 'dataConverter'>): number {
  return storesPayloads(worker) ? STORED_PAYLOAD_LIMIT : PAYLOAD_LIMIT;
}
