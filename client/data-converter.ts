/** The data converter of a configuration: what client, worker and every command use. */
import type { DataConverter } from '@temporalio/common';
import type { LoadedConfig } from './config.ts';
import { encryptedDataConverter } from './encryption.ts';
import { EncryptionCodec } from './encryption-codec.ts';
import { storedDataConverter } from './external-storage.ts';

/** Without `encryption` it says of what is encrypted by which key, instead of an unknown encoding. @throws {ConfigError} */
export async function configuredDataConverter({
  encryption,
  externalStorage,
}: Pick<LoadedConfig, 'encryption' | 'externalStorage'>): Promise<DataConverter> {
  const encoded = encryption
    ? await encryptedDataConverter(encryption)
    : { payloadCodecs: [new EncryptionCodec(new Map())] };
  return externalStorage ? storedDataConverter(externalStorage, encoded) : encoded;
}
