/** What the client sends where its Temporal client is not of the SDK that holdpoint sees: two copies of one version, say. */
import { createRequire } from 'node:module';
import type { Client } from '@temporalio/client';
import * as common from '@temporalio/common';
import { expect, it } from 'vitest';
import { encodeSignal } from '../../../client/payloads.ts';

/** The SDK once more: other classes of the same names. */
function anotherCopy(): typeof common {
  const { cache, resolve } = createRequire(import.meta.url);
  const ours = Object.keys(cache).filter((file) => file.includes('@temporalio/common/'));
  for (const file of ours) Reflect.deleteProperty(cache, file);
  return createRequire(import.meta.url)(resolve('@temporalio/common')) as typeof common;
}

const other = anotherCopy();

it.each([
  ['this', common],
  ['another', other],
])('an answer is the same JSON with a client of %s copy', (_, { defaultPayloadConverter }) => {
  const client = {
    options: { loadedDataConverter: { payloadConverter: defaultPayloadConverter } },
  } as unknown as Client;
  const { data, metadata } = defaultPayloadConverter.toPayload(encodeSignal(client, { decisions: [] }))!;
  expect([String(Buffer.from(metadata!.encoding!)), String(Buffer.from(data!))]).toEqual([
    'json/plain',
    '{"decisions":[]}',
  ]);
});
