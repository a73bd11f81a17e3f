/** From `externalStorage` in a configuration to a data converter that keeps large payloads there, not on the server. */
import { ApplicationFailure, type DataConverter, ExternalStorage, type StorageDriver } from '@temporalio/common';
import type { ExternalStorageOptions } from '../workflows/protocol/config.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { STORE_FROM_LIMIT } from '../workflows/define/payload-limit.ts';
import { ConfigError } from './config.ts';
import { checkProtobuf } from './check-protobuf.ts';
import { fileStorage } from './file-storage.ts';

/**
 * A data converter that stores large payloads elsewhere, and gives the server references: for `dataConverter` of a Temporal
 * `Client`, of `createWorker` and of `Worker.create`. Built on the SDK's `ExternalStorage`, which is experimental.
 * @param own a data converter of yours: what its codecs have made of a payload is stored, so it is stored encrypted
 * @throws {ConfigError}
 * @example
 * const dataConverter = storedDataConverter({ folder: '/mnt/payloads' }, await encryptedDataConverter({ keys }));
 */
export function storedDataConverter(options: ExternalStorageOptions, own: DataConverter = {}): DataConverter {
  checkProtobuf();
  const { threshold = STORE_FROM_LIMIT } = options;
  if (!(threshold >= 0 && threshold <= STORE_FROM_LIMIT)) {
    throw new ConfigError(`externalStorage.threshold: expected bytes from 0 to ${STORE_FROM_LIMIT}, got ${threshold}`);
  }
  const drivers = ('folder' in options ? [fileStorage(options.folder)] : options.drivers).map(withReasons);
  const [first] = drivers;
  if (!first) throw new ConfigError('externalStorage.drivers: expected at least one: the first stores, all retrieve');
  return {
    ...own,
    externalStorage: new ExternalStorage({
      drivers,
      driverSelector: () => first,
      payloadSizeThreshold: threshold,
    }),
  };
}

/**
 * The driver, with failures to store that say what they are: the SDK makes them the failure of the activity whose result it
 * was. That has run, so it is not tried again by itself.
 */
function withReasons(driver: StorageDriver): StorageDriver {
  return {
    name: driver.name,
    type: driver.type,
    retrieve: (...given) => driver.retrieve(...given),
    async store(...given) {
      try {
        return await driver.store(...given);
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        throw ApplicationFailure.create({
          message: `the external storage '${driver.name}' did not take a payload: ${cause.message}`,
          type: FAILURE.notStored,
          nonRetryable: true,
          cause,
        });
      }
    },
  };
}
