/** From `encryption` in a configuration to the data converter that client, worker, command line and codec endpoint share. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import type { DataConverter } from '@temporalio/common';
import { reasonOf } from '../workflows/define/reason.ts';
import type { Encryption, EncryptionKey } from '../workflows/protocol/config.ts';
import { ConfigError } from './config.ts';
import { EncryptionCodec } from './encryption-codec.ts';

const KEY_BYTES = 32;
const MAKE_ONE = 'Make one with `openssl rand -base64 32`.';

/**
 * A data converter that encrypts every payload, failure messages and stack traces included: for `dataConverter` of a
 * Temporal `Client`, of `createWorker` and of `Worker.create`. Workflows that are bundled ahead need its
 * `failureConverterPath`, as an option of `bundleWorkflows`.
 * @param own a data converter of yours: its codecs come first, and its failure converter, if it has one, stays
 * @throws {ConfigError} where a key cannot be used; nothing of a key is in the message
 * @example
 * const dataConverter = await encryptedDataConverter({ keys: [{ id: '2026-01', key: process.env.KEY_2026_01 }] });
 */
export async function encryptedDataConverter(encryption: Encryption, own: DataConverter = {}): Promise<DataConverter> {
  const codec = await createEncryptionCodec(encryption);
  // By its name, since Temporal loads it without a loader for TypeScript.
  const failureConverterPath = createRequire(import.meta.url).resolve('holdpoint/failure-converter');
  return { failureConverterPath, ...own, payloadCodecs: [...(own.payloadCodecs ?? []), codec] };
}

/** @throws {ConfigError} */
export async function createEncryptionCodec(encryption: Encryption): Promise<EncryptionCodec> {
  return new EncryptionCodec(await readKeys(encryption));
}

async function readKeys({ keys }: Encryption): Promise<ReadonlyMap<string, KeyObject>> {
  const list: unknown = typeof keys === 'function' ? await given(keys) : keys;
  if (!Array.isArray(list) || list.length === 0) {
    throw refusal(`expected a list with at least one key: the first encrypts, all decrypt. ${MAKE_ONE}`);
  }
  const read = new Map<string, KeyObject>();
  for (const [index, each] of list.entries()) {
    const { id, key } = (each ?? {}) as Partial<EncryptionKey>;
    // An id is shown in messages, so the bytes of a key must not pass for one: their base64 ends with `=`.
    if (typeof id !== 'string' || !/^[\w.:/-]{1,200}$/.test(id)) {
      throw refusal(`the id of key ${index + 1} must be a text of letters, digits and ._:/- (at most 200).`);
    }
    if (read.has(id)) throw refusal(`two keys have the id '${id}'. Give each key an id of its own, and never another.`);
    read.set(id, secretKey(id, key));
  }
  return read;
}

async function given(keys: () => unknown): Promise<unknown> {
  try {
    return await keys();
  } catch (error) {
    throw new ConfigError(`encryption.keys: the function that gives them failed: ${reasonOf(error)}`, { cause: error });
  }
}

function secretKey(id: string, key: unknown): KeyObject {
  if (key === undefined || key === '') {
    throw refusal(`key '${id}' is missing. Set the variable that it is taken from. ${MAKE_ONE}`);
  }
  // What comes from a file ends with a line break.
  const text = typeof key === 'string' ? key.trim() : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw refusal(`key '${id}' is not base64. ${MAKE_ONE}`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === KEY_BYTES) return createSecretKey(bytes);
  throw refusal(`key '${id}' has ${bytes.length} bytes, ${KEY_BYTES} are needed. ${MAKE_ONE}`);
}

function refusal(problem: string): ConfigError {
  return new ConfigError(`encryption.keys: ${problem}`);
}
