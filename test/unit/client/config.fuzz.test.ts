/** Whatever a configuration holds: it is taken, or refused with a sentence that names the field, and shows no secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ConfigError, loadConfig } from '../../../client/config.ts';
import { createEncryptionCodec } from '../../../client/encryption.ts';
import type { Encryption } from '../../../workflows/protocol/config.ts';
import { hostileJson, hostileText } from '../../support/hostile-text.ts';

let value: unknown;
vi.mock('../../../client/import-module.ts', async (actual) => ({
  ...(await actual<object>()),
  importModule: async () => ({ default: value }),
}));

const root = mkdtempSync(join(tmpdir(), 'holdpoint-config-'));
const path = join(root, 'temporal.config.ts');
beforeAll(() => {
  writeFileSync(path, '');
  for (const name of Object.keys(process.env).filter((each) => /^(TEMPORAL|HOLDPOINT)_/.test(each)))
    vi.stubEnv(name, undefined);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', join(root, 'temporal.toml'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const SECRET = 'the secret of the webhook';
const VALID = {
  ...{ address: 'localhost:7233', namespace: 'mine', taskQueue: 'q', workflows: './w.ts', activities: './a.ts' },
  onPause: { url: 'https://example.com', secret: SECRET, remindBefore: '1 hour' },
  encryption: { keys: [] },
  ...{ versioning: { deploymentName: 'd', buildId: '1' }, webUi: 'https://ui.example' },
  devServer: { port: 7233, uiPort: 8233, dataFile: 'x.db' },
};
const FIELDS = Object.entries(VALID).flatMap(([name, field]) =>
  typeof field === 'object' ? [name, ...Object.keys(field).map((inner) => `${name}.${inner}`)] : [name],
);

/** `taken`, or what it was refused with. */
async function outcome(): Promise<string> {
  try {
    await loadConfig({ path });
    return 'taken';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
}

/** The configuration with one field that is something else. */
function withField(field: string, something: unknown): object {
  const copy = structuredClone(VALID) as Record<string, unknown>;
  const [name, inner] = field.split('.') as [string, string?];
  if (inner === undefined) return { ...copy, [name]: something };
  return { ...copy, [name]: { ...(copy[name] as object), [inner]: something } };
}

const anything = fc.oneof(hostileJson, fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }));

test('a field that is wrong is named', async () => {
  value = VALID;
  expect(await outcome()).toBe('taken');
  let refused = 0;
  const property = fc.asyncProperty(fc.constantFrom(...FIELDS), anything, async (field, something) => {
    value = withField(field, something);
    const said = await outcome();
    if (said === 'taken') return;
    refused += 1;
    expect(said).toContain(`temporal.config.ts: ${field}`);
    expect(said).not.toContain(SECRET);
  });
  await fc.assert(property, { numRuns: 500 });
  expect(refused).toBeGreaterThan(200);
});

test('a field that does not exist is named', async () => {
  const places = fc.constantFrom('', 'onPause', 'encryption', 'versioning', 'devServer');
  const unknown = fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', 'toString', 'Address', 'key'));
  const property = fc.asyncProperty(places, unknown, hostileJson, async (place, name, something) => {
    const there = place === '' ? VALID : (VALID as Record<string, unknown>)[place];
    if (Object.hasOwn(there as object, name)) return;
    const more = Object.defineProperty({ ...(there as object) }, name, { value: something, enumerable: true });
    value = place === '' ? more : { ...VALID, [place]: more };
    const said = await outcome();
    expect(said).toContain(`temporal.config.ts: ${place === '' ? '' : `${place}.`}${name}`);
    expect(said).toContain('there is no such field');
  });
  await fc.assert(property, { numRuns: 200 });
});

test('anything in its place is refused with a sentence', async () => {
  const property = fc.asyncProperty(anything, async (given) => {
    value = given;
    const said = await outcome();
    if (said !== 'taken') expect(said).toMatch(/temporal\.config\.ts: [^]{8}/);
  });
  await fc.assert(property, { numRuns: 300 });
});

test('keys that cannot be used are refused with a sentence that shows nothing of them', async () => {
  const text = 'dGhlIHNlY3JldCBrZXk';
  const key = fc.oneof(fc.constant(text), fc.constant(`${text}!`), anything);
  const keys = fc.oneof(anything, fc.array(fc.record({ id: fc.oneof(fc.constant('k'), anything), key })));
  const property = fc.asyncProperty(
    fc.oneof(
      keys,
      keys.map((each) => () => each),
    ),
    async (given) => {
      const refused: unknown = await createEncryptionCodec({ keys: given } as Encryption).catch(
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(ConfigError);
      expect((refused as Error).message).toMatch(/^encryption\.keys: /);
      expect((refused as Error).message).not.toContain(text);
    },
  );
  await fc.assert(property, { numRuns: 300 });
  const failing = { keys: () => Promise.reject(new Error('no access')) } as Encryption;
  await expect(createEncryptionCodec(failing)).rejects.toThrow(/^encryption\.keys: the function .* no access/);
});
