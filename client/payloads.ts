/** Reads payloads of history events with the caller's own data converter: encrypted and compressed runs are read too. */
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** The value of one payload. @throws where the codec or the converter cannot read it. */
export async function decodePayload(client: Client, workflowId: string, payload: Payload): Promise<unknown> {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  const context = { type: 'workflow', namespace: client.options.namespace, workflowId } as const;
  let payloads = [payload];
  // Encoded in the order of the list, so decoded from its end.
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  return payloadConverter.fromPayload(payloads[0]!, context);
}
