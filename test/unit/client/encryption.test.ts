/** The encryption codec: what it makes of payloads, what it refuses, and that it tells nothing of its keys. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEncryptionCodec, encryptedDataConverter } from '../../../client/encryption.ts';
import { DecryptionFailed } from '../../../client/errors.ts';
import type { EncryptionKey } from '../../../workflows/protocol/config.ts';

const key = (id: string): EncryptionKey => ({ id, key: randomBytes(32).toString('base64') });
const [first, second] = [key('2026-01'), key('2026-02')];
const codec = await createEncryptionCodec({ keys: [first] });

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const payload: fc.Arbitrary<Payload> = fc.record({
  metadata: fc.dictionary(
    fc.string({ maxLength: 20 }).filter((name) => name !== '__proto__'),
    bytes,
    { maxKeys: 4 },
  ),
  data: bytes,
});
const plain = ({ metadata = {}, data }: Payload) => [
  Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
  Buffer.from(data ?? []).toString('hex'),
];

describe('the codec', () => {
  it('gives back what it got, and shows nothing of it but the id of the key', () =>
    fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 4 }), async (payloads) => {
        const encoded = await codec.encode(payloads);
        for (const [index, { metadata, data }] of encoded.entries()) {
          expect(Object.entries(metadata!).map(([name, value]) => `${name} ${Buffer.from(value).toString()}`)).toEqual([
            'encoding binary/encrypted',
            'encryption-key-id 2026-01',
          ]);
          const { data: clear } = payloads[index]!;
          if (clear!.length > 8) expect(Buffer.from(data!).includes(Buffer.from(clear!))).toBe(false);
        }
        expect((await codec.decode(encoded)).map(plain)).toEqual(payloads.map(plain));
        expect(await codec.decode(payloads)).toEqual(payloads);
      }),
    ));

  it('refuses whatever was changed, cut or given another key’s id', () =>
    fc.assert(
      fc.asyncProperty(payload, fc.nat(), fc.integer({ min: 1, max: 255 }), async (given, at, change) => {
        const both = await createEncryptionCodec({ keys: [first, { ...second, key: first.key }] });
        const [{ metadata, data }] = (await codec.encode([given])) as [Payload];
        const flipped = Buffer.from(data!);
        flipped[at % flipped.length]! ^= change;
        const cut = Buffer.from(data!).subarray(0, at % data!.length);
        const renamed = { ...metadata, 'encryption-key-id': Buffer.from(second.id) };
        for (const tampered of [
          { metadata, data: flipped },
          { metadata, data: cut },
          { metadata: renamed, data },
        ]) {
          await expect(both.decode([tampered as Payload])).rejects.toThrow(DecryptionFailed);
        }
      }),
    ));

  it('never encrypts twice alike', async () => {
    const same = { metadata: {}, data: Buffer.from('same') };
    const encoded = await codec.encode(Array.from({ length: 100 }, () => same));
    expect(new Set(encoded.map(({ data }) => Buffer.from(data!).toString('hex'))).size).toBe(100);
  });

  it('rotates: the first key encrypts, all decrypt', async () => {
    const old = await codec.encode([{ metadata: {}, data: Buffer.from('old') }]);
    const rotated = await createEncryptionCodec({ keys: async () => [second, first] });
    const fresh = await rotated.encode([{ metadata: {}, data: Buffer.from('new') }]);
    expect((await rotated.decode([...old, ...fresh])).map(({ data }) => Buffer.from(data!).toString())).toEqual([
      'old',
      'new',
    ]);
    const refused = await codec.decode(fresh).catch((error: unknown) => error);
    expect(refused).toMatchObject({ type: 'holdpoint.DecryptionFailed', keyId: '2026-02' });
    expect(inspect(refused)).toContain("key '2026-02', which is not here (there are 2026-01)");
  });

  it('tells nothing of a key', async () => {
    const wrong = await createEncryptionCodec({ keys: [{ ...second, id: first.id }] });
    const refused = await wrong
      .decode(await codec.encode([{ data: Buffer.from('x') }]))
      .catch((error: unknown) => error);
    for (const shown of [inspect(refused), inspect(codec, { depth: 9, showHidden: true }), JSON.stringify(codec)]) {
      for (const { key: secret } of [first, second]) {
        expect(shown).not.toContain(secret);
        expect(shown).not.toContain(Buffer.from(secret!, 'base64').toString('hex').match(/../g)!.join(' '));
      }
    }
  });
});

describe('keys', () => {
  const secret = first.key!;
  it.each([
    [[], 'expected a list with at least one key'],
    [() => undefined as never, 'expected a list with at least one key'],
    [[{ id: 'k', key: undefined }], "key 'k' is missing. Set the variable"],
    [[{ id: 'k', key: secret.slice(0, 24) }], "key 'k' has 18 bytes, 32 are needed"],
    [[{ id: 'k', key: `${secret.slice(0, -2)}$=` }], "key 'k' is not base64"],
    [[{ id: 'k', key: Buffer.from(secret, 'base64') as never }], "key 'k' is not base64"],
    [[first, first], "two keys have the id '2026-01'"],
    [[{ id: secret, key: 'k' }], 'the id of key 1 must be'],
    [[null as never], 'the id of key 1 must be'],
  ])('are refused with what to do: %#', async (keys, problem) => {
    const refused = await encryptedDataConverter({ keys }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(`encryption.keys: ${problem}`),
    });
    expect(inspect(refused)).not.toContain(secret.slice(0, 20));
  });

  it('may end with a line break, as in a file', async () => {
    await expect(createEncryptionCodec({ keys: [{ id: 'k', key: `${secret}\n` }] })).resolves.toBeDefined();
  });
});

it('keeps a data converter that is there: its codecs come first, its failure converter stays', async () => {
  const own = { payloadCodecs: [codec], failureConverterPath: '/mine.js', payloadConverterPath: '/payloads.js' };
  const { payloadCodecs, ...rest } = await encryptedDataConverter({ keys: [second] }, own);
  expect(rest).toEqual({ failureConverterPath: '/mine.js', payloadConverterPath: '/payloads.js' });
  expect(payloadCodecs).toEqual([codec, expect.anything()]);
  const { failureConverterPath } = await encryptedDataConverter({ keys: [second] });
  expect(failureConverterPath).toMatch(/encoded-failures\.js$/);
});
