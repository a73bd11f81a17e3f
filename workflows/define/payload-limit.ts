/** How large payloads may be, without and with external storage, and what is said of one that is larger. */

/** Bytes of JSON that one payload may hold; the server refuses 2 MB, and with it the workflow task. */
export const PAYLOAD_LIMIT = 1_800_000;

/** The same with external storage: the server sees a reference, and workers hold a payload some times over in memory. */
export const STORED_PAYLOAD_LIMIT = 20_000_000;

/** Bytes from which a payload is stored, at most: those that are not, and travel together, must fit into one message. */
export const STORE_FROM_LIMIT = 256 * 1024;

/** The type of the failure. */
export const TOO_LARGE = 'holdpoint.TooLarge';

/** @param what with its size, as in `The input of 'pay' has 2000000 bytes` */
export function tooLarge(what: string, limit: number): string {
  const storage = limit < STORED_PAYLOAD_LIMIT ? 'configure externalStorage, or ' : '';
  return `${what}, more than the ${limit} that fit: ${storage}return references instead of the data`;
}
