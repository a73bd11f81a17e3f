/** Whatever a configuration holds: it is taken, or refused with a sentence that names the field, and shows no secret. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedConfig, ConfigError } from '../../../client/config.ts';
import { createEncryptionCodec } from '../../../client/encryption.ts';
import type { Encryption } from '../../../workflows/protocol/config.ts';
import { hostileJson, hostileText } from '../../support/hostile-text.ts';

const SECRET = 'the secret of the webhook';
const VALID = {
  ...{ address: 'localhost:7233', namespace: 'mine', taskQueue: 'q', workflows: './w.ts', activities: './a.ts' },
  onPause: { url: 'https://example.com', secret: SECRET, remindBefore: '1 hour' },
  encryption: { keys: [] },
  ...{ versioning: { deploymentName: 'd', buildId: '1' }, webUi: 'https://ui.example' },
  telemetry: { metrics: { prometheus: '127.0.0.1:9464' }, traces: { otlp: { url: 'http://collector:4318' } } },
  worker: { maxTaskQueueActivitiesPerSecond: 5, maxCachedWorkflows: 9, shutdownGraceTime: '5 minutes' },
  devServer: { port: 7233, uiPort: 8233, dataFile: 'x.db' },
};
const FIELDS = Object.entries(VALID).flatMap(([name, field]) =>
  typeof field === 'object' ? [name, ...Object.keys(field).map((inner) => `${name}.${inner}`)] : [name],
);

/** `taken`, or what it was refused with. */
function outcome(value: unknown): string {
  try {
    checkedConfig(value, '/app/temporal.config.ts');
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

test('a field that is wrong is named', () => {
  expect(outcome(VALID)).toBe('taken');
  let refused = 0;
  const property = fc.property(fc.constantFrom(...FIELDS), anything, (field, something) => {
    const said = outcome(withField(field, something));
    if (said === 'taken') return;
    refused += 1;
    expect(said).toContain(`temporal.config.ts: ${field}`);
    expect(said).not.toContain(SECRET);
  });
  fc.assert(property, { numRuns: 1000 });
  expect(refused).toBeGreaterThan(200);
});

test('a field that does not exist is named', () => {
  const places = fc.constantFrom('', 'onPause', 'encryption', 'versioning', 'devServer');
  const unknown = fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', 'toString', 'Address', 'key'));
  const property = fc.property(places, unknown, hostileJson, (place, name, something) => {
    const there = place === '' ? VALID : (VALID as Record<string, unknown>)[place];
    if (Object.hasOwn(there as object, name)) return;
    const more = Object.defineProperty({ ...(there as object) }, name, { value: something, enumerable: true });
    const said = outcome(place === '' ? more : { ...VALID, [place]: more });
    expect(said).toContain(`temporal.config.ts: ${place === '' ? '' : `${place}.`}${name}`);
    expect(said).toContain('there is no such field');
  });
  fc.assert(property, { numRuns: 500 });
});

test('anything in its place is refused with a sentence', () => {
  const property = fc.property(anything, (given) => {
    const said = outcome(given);
    if (said !== 'taken') expect(said).toMatch(/temporal\.config\.ts: [^]{8}/);
  });
  fc.assert(property, { numRuns: 1000 });
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
