/** Reads payloads of history events with the caller's own data converter: encrypted and compressed runs are read too. */
import type { Client } from '@temporalio/client';
import {
  defaultPayloadConverter,
  type ExternalStorage,
  type Payload,
  type ProtoFailure,
  RawValue,
  StorageDriverClaim,
} from '@temporalio/common';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { DecryptionFailed, StoredPayloadUnavailable } from './errors.ts';

/**
 * What a signal of ours is given, past a payload converter of the caller's own: it is read by hand, in the default encoding. The
 * converter of another copy of Temporal's SDK would write our RawValue itself.
 */
export function encodeSignal(client: Client, signal: object): unknown {
  const raw = new RawValue(signal);
  const passes = client.options.loadedDataConverter.payloadConverter.toPayload(raw) === raw.payload;
  return passes ? raw : signal;
}

/** The argument of a signal of ours, which is in the default encoding. @throws as {@link decodePayload} */
export function decodeSignal(client: Client, workflowId: string, payload: Payload): Promise<unknown> {
  return decodePayload(client, workflowId, payload, defaultPayloadConverter);
}

/** A client, as far as reading payloads needs one. */
export interface PayloadReader {
  readonly options: Pick<Client['options'], 'loadedDataConverter' | 'namespace'>;
}

/** The value of one payload. @throws where the codec or the converter cannot read it. */
export async function decodePayload(
  client: PayloadReader,
  workflowId: string,
  payload: Payload,
  payloadConverter = client.options.loadedDataConverter.payloadConverter,
): Promise<unknown> {
  const { payloadCodecs, externalStorage } = client.options.loadedDataConverter;
  const context = { type: 'workflow', namespace: client.options.namespace, workflowId } as const;
  let payloads = [isReference(payload) ? await retrieved(payload, externalStorage) : payload];
  // Encoded in the order of the list, so decoded from its end.
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  return payloadConverter.fromPayload(payloads[0]!, context);
}

const REFERENCE = 'temporal.api.sdk.v1.ExternalStorageReference';

/** As the SDK writes it in the place of a payload that it has stored. */
export function isReference({ metadata }: Payload): boolean {
  const { encoding, messageType } = metadata ?? {};
  return (
    String(encoding && Buffer.from(encoding)) === 'json/protobuf' &&
    String(messageType && Buffer.from(messageType)) === REFERENCE
  );
}

/** @throws {StoredPayloadUnavailable} */
async function retrieved({ data }: Payload, storage: ExternalStorage | undefined): Promise<Payload> {
  const { driverName, claimData = {} } = JSON.parse(Buffer.from(data ?? []).toString()) as {
    driverName: string;
    claimData?: Record<string, string>;
  };
  const driver = storage?.getDriver(driverName);
  if (!driver) throw new StoredPayloadUnavailable(`there is no driver '${driverName}'`);
  try {
    const [payload] = await driver.retrieve({}, [new StorageDriverClaim(claimData)]);
    return payload!;
  } catch (error) {
    throw error instanceof StoredPayloadUnavailable
      ? error
      : new StoredPayloadUnavailable(String(error), { cause: error });
  }
}

/** The value of a payload of a run's own; `undefined` where there is none, or none of ours. @throws {DecryptionFailed | StoredPayloadUnavailable} */
export async function readPayload(
  client: PayloadReader,
  workflowId: string,
  payload: Payload | null | undefined,
): Promise<unknown> {
  try {
    return payload ? await decodePayload(client, workflowId, payload) : undefined;
  } catch (error) {
    // Silence would look like a run in which nothing happens.
    if (error instanceof DecryptionFailed || error instanceof StoredPayloadUnavailable) throw error;
    return undefined;
  }
}

/** The failure of a run of ours, where an interceptor of its worker has put it into another. */
export function ownFailure(failure: ProtoFailure | null | undefined): ProtoFailure | null | undefined {
  for (let each = failure; each; each = each.cause) {
    if (each.applicationFailureInfo?.type === FAILURE.stepFailed) return each;
  }
  return failure;
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
    return (error as Error).message;
  }
}
