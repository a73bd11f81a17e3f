/** The codec endpoint has the keys: who it answers, and what it says to what nobody should send. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEncryptionCodec } from '../../../client/encryption.ts';
import { codecEndpoint } from '../../../worker/codec-endpoint.ts';
import { hostileJson, hostileText } from '../../support/hostile-text.ts';

const UI = 'https://temporal.example';
const key = randomBytes(32).toString('base64');
const codec = await createEncryptionCodec({ keys: [{ id: 'k1', key }] });
const open = codecEndpoint({ codec, origins: [UI], namespace: 'mine' });
const closed = codecEndpoint({ codec, origins: [UI], namespace: 'mine', token: 'the-token' });

const base64 = (text: string) => Buffer.from(text).toString('base64');
const BODY = JSON.stringify({ payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64('"secret"') }] });
const ask = (app: typeof open, headers: Record<string, string> = {}, body = BODY, way = 'encode') =>
  app.request(`/${way}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

describe('the codec endpoint', () => {
  it('answers programs, and pages of the Web UI', async () => {
    expect((await ask(open)).status).toBe(200);
    const answer = await ask(open, { origin: UI, 'x-namespace': 'mine' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, UI]);
    expect(JSON.stringify(await (await ask(open, {}, await answer.text(), 'decode')).json())).toBe(BODY);
  });

  it('answers the command line where it has nothing to encode: a query, a signal without arguments', async () => {
    const answer = await ask(open, {}, '{}');
    expect([answer.status, await answer.text()]).toEqual([200, '{"payloads":[]}']);
  });

  it.each([
    ['another page', open, { origin: 'https://evil.example' }, 403],
    ['a page without an origin of its own', open, { origin: 'null' }, 403],
    ['a page whose name was turned to this machine', open, { origin: 'http://evil.example:8081', host: 'evil' }, 403],
    ['another namespace', open, { 'x-namespace': 'other' }, 403],
    ['nobody', closed, {}, 401],
    ['a wrong token', closed, { authorization: 'Bearer the-tokem' }, 401],
    ['a right token in another scheme', closed, { authorization: 'Basic the-token' }, 400],
    ['the Web UI without the token', closed, { origin: UI }, 401],
    ['another page with the token', closed, { origin: 'https://evil.example', authorization: 'Bearer the-token' }, 403],
  ])('refuses %s', async (_, app, headers, status) => {
    const answer = await ask(app, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain('payloads');
  });

  it('refuses a large request', async () => {
    expect((await ask(open, {}, `"${'x'.repeat(9_000_000)}"`)).status).toBe(413);
  });

  it('has a sentence for whatever it is asked, and no key in it', async () => {
    const payload = fc.record(
      {
        metadata: fc.oneof(fc.dictionary(hostileText, hostileText), hostileJson),
        data: fc.oneof(hostileText, fc.base64String(), hostileJson),
      },
      { requiredKeys: [] },
    );
    const encrypted = payload.map((each) => ({
      ...each,
      metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('k1') },
    }));
    const bodies = fc.oneof(
      fc
        .oneof(fc.record({ payloads: fc.array(fc.oneof(payload, encrypted)) }), hostileJson)
        .map((json) => JSON.stringify(json)),
      hostileText,
    );
    const property = fc.asyncProperty(bodies, fc.constantFrom('encode', 'decode'), async (given, way) => {
      const answer = await ask(open, {}, given, way);
      expect([200, 400]).toContain(answer.status);
      const said = await answer.text();
      expect(said.length).toBeGreaterThan(10);
      expect(said).not.toContain(key);
    });
    await fc.assert(property, { numRuns: 500 });
  });
});
