/** How much one request may carry, without and with an external storage of the client's. */
import type { Client } from '@temporalio/client';
import { PAYLOAD_LIMIT, STORED_PAYLOAD_LIMIT } from '../workflows/define/payload-limit.ts';
import { answerLimit } from '../workflows/protocol/signals.ts';
import { EncryptionCodec } from './encryption-codec.ts';

/** What the server takes as arguments; it refuses more, slowly. */
const INPUT_LIMIT = 2 * 1024 * 1024;

/** Bytes of JSON of a run's input and options; `undefined` where a codec of the user's makes something else of them. */
export function inputLimitOf(client: Client): number | undefined {
  const { payloadCodecs, externalStorage } = client.options.loadedDataConverter;
  if (externalStorage) return STORED_PAYLOAD_LIMIT;
  return payloadCodecs.every((codec) => codec instanceof EncryptionCodec) ? INPUT_LIMIT : undefined;
}

/** Bytes of JSON of the answers in one call. */
export function answerLimitOf(client: Client): number {
  return answerLimit(client.options.loadedDataConverter.externalStorage ? STORED_PAYLOAD_LIMIT : PAYLOAD_LIMIT);
}

/** What to do about more than that. */
export function adviceFor(limit: number): string {
  const storage = limit < STORED_PAYLOAD_LIMIT ? 'configure externalStorage, or ' : '';
  return `${storage}send a reference instead of the data`;
}
