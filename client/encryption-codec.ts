/**
 * Encrypts payloads whole, their metadata included: AES-256-GCM. What leaves is `binary/encrypted` with the id of the key;
 * its data are 12 random bytes, the ciphertext, and the tag of 16 bytes. The id is authenticated, so it cannot be changed.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { DecryptionFailed } from './errors.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

const { Payload: message } = proto.temporal.api.common.v1;

/** The first key encrypts, all decrypt. Without keys it encrypts nothing, and still says of what is encrypted by which key. */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: ReadonlyMap<string, KeyObject>) {
    this.#keys = keys;
  }

  /** Has it a key? */
  get encrypts(): boolean {
    return this.#keys.size > 0;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [first] = this.#keys;
    return first ? payloads.map((payload) => encrypt(payload, ...first)) : payloads;
  }

  /** Leaves what is not encrypted as it is. @throws {DecryptionFailed} */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const id = keyIdOf(payload);
      if (id === undefined) return payload;
      const key = this.#keys.get(id);
      if (!key) throw new DecryptionFailed(id, [...this.#keys.keys()]);
      return decrypt(payload, id, key);
    });
  }
}

function encrypt(payload: Payload, id: string, key: KeyObject): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(id));
  const content = [cipher.update(message.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([iv, ...content, cipher.getAuthTag()]),
  };
}

/** `undefined` where it is not one of ours. */
function keyIdOf({ metadata }: Payload): string | undefined {
  const { encoding, [KEY_ID]: id } = metadata ?? {};
  return encoding && id && Buffer.from(encoding).toString() === ENCODING ? Buffer.from(id).toString() : undefined;
}

function decrypt({ data }: Payload, id: string, key: KeyObject): Payload {
  const bytes = Buffer.from(data ?? []);
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const content = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    return message.decode(Buffer.concat(content));
  } catch (error) {
    throw new DecryptionFailed(id, undefined, { cause: error });
  }
}
