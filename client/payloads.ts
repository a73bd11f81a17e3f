/** Reads payloads of history events with the caller's own data converter: encrypted and compressed runs are read too. */
import type { Client } from '@temporalio/client';
import type { Payload, ProtoFailure } from '@temporalio/common';
import { DecryptionFailed } from './errors.ts';

/** The value of one payload. @throws where the codec or the converter cannot read it. */
export async function decodePayload(client: Client, workflowId: string, payload: Payload): Promise<unknown> {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  const context = { type: 'workflow', namespace: client.options.namespace, workflowId } as const;
  let payloads = [payload];
  // Encoded in the order of the list, so decoded from its end.
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  return payloadConverter.fromPayload(payloads[0]!, context);
}

/** The value of a payload of a run's own; `undefined` where there is none, or none of ours. @throws {DecryptionFailed} */
export async function readPayload(
  client: Client,
  workflowId: string,
  payload: Payload | null | undefined,
): Promise<unknown> {
  try {
    return payload ? await decodePayload(client, workflowId, payload) : undefined;
  } catch (error) {
    // Silence would look like a run in which nothing happens.
    if (error instanceof DecryptionFailed) throw error;
    return undefined;
  }
}

/** What a failure says, which is encrypted where its worker encrypts; where the key is not here, says that. */
export async function readMessage(
  client: Client,
  workflowId: string,
  failure: ProtoFailure | null | undefined,
): Promise<string | undefined> {
  try {
    const attributes = await readPayload(client, workflowId, failure?.encodedAttributes);
    const { message } = (attributes ?? {}) as { message?: unknown };
    return typeof message === 'string' ? message : (failure?.message ?? undefined);
  } catch (error) {
    return (error as DecryptionFailed).message;
  }
}
