/**
 * A storage driver that keeps payloads as files: `<folder>/ab/cdef…`, named by the SHA-256 of what they hold, so that a file
 * is written whole or not at all, is never changed, and is known to be the right one when it is read.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Payload, type StorageDriver, StorageDriverClaim } from '@temporalio/common';
import proto from '@temporalio/proto';
import { StoredPayloadUnavailable } from './errors.ts';

const { Payload: message } = proto.temporal.api.common.v1;

/**
 * For `drivers` of an external storage. Clients and workers need the same folder: on one machine, or a shared volume.
 * @param folder is made when it is first needed
 * @param name stands in the history, with each payload; two folders of one storage need two
 * @example
 * externalStorage: { drivers: [fileStorage('/mnt/new', 'files-2'), fileStorage('/mnt/old')] }
 */
export function fileStorage(folder: string, name: string = 'files'): StorageDriver {
  const root = resolve(folder);
  return {
    name,
    type: 'holdpoint.files',
    store: (_, payloads) => Promise.all(payloads.map((payload) => store(root, message.encode(payload).finish()))),
    retrieve: ({ abortSignal }, claims) =>
      Promise.all(claims.map(({ claimData }) => retrieve(root, claimData.sha256, abortSignal))),
  };
}

async function store(root: string, bytes: Uint8Array): Promise<StorageDriverClaim> {
  const sha256 = hashOf(bytes);
  const path = pathOf(root, sha256);
  const written = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(written, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Also where the file is there: it is as new as what was stored last.
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
  return new StorageDriverClaim({ sha256 });
}

/** @throws {StoredPayloadUnavailable} */
async function retrieve(root: string, sha256: unknown, signal: AbortSignal | undefined): Promise<Payload> {
  // Whoever may signal a run can write references.
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new StoredPayloadUnavailable('its reference names no file of this storage');
  }
  const path = pathOf(root, sha256);
  let bytes: Buffer;
  try {
    bytes = await readFile(path, signal ? { signal } : {});
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StoredPayloadUnavailable(code === 'ENOENT' ? `there is no file ${path}` : String(error), {
      cause: error,
    });
  }
  if (hashOf(bytes) === sha256) return message.decode(bytes);
  throw new StoredPayloadUnavailable(`the file ${path} was changed: it does not hold what its name says`);
}

function pathOf(root: string, sha256: string): string {
  return join(root, sha256.slice(0, 2), sha256.slice(2));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
