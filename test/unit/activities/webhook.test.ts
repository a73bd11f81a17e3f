/** The receiver's side of a webhook: a signature fits, or it is nobody's. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { verifyWebhook, webhook } from '../../../activities/on-pause.ts';
import { hostileJson, hostileText } from '../../support/hostile-text.ts';

const SECRET = 'a secret of some length';
const signed = (secret: string, body: string, seconds = Math.floor(Date.now() / 1000)) =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

it('takes what was signed with the secret, of the last five minutes, and nothing else', () => {
  const now = Math.floor(Date.now() / 1000);
  expect(verifyWebhook(SECRET, signed(SECRET, 'body'), 'body')).toBe(true);
  expect(verifyWebhook(SECRET, signed(SECRET, 'body', now - 310), 'body')).toBe(false);
  expect(verifyWebhook(SECRET, signed(SECRET, 'body', now + 310), 'body')).toBe(false);
  fc.assert(
    fc.property(
      fc.oneof(
        hostileJson,
        hostileText.map((text) => `t=${now},v1=${text}`),
      ),
      hostileText,
      (given, body) => {
        expect(verifyWebhook(SECRET, given, body)).toBe(false);
        expect(verifyWebhook(SECRET, signed(SECRET, body), `${body} `)).toBe(false);
      },
    ),
  );
});

it.each([undefined, '', 'short'])('has no secret %j: neither side works with it', (secret) => {
  const known = secret as string;
  expect(() => verifyWebhook(known, signed(known ?? '', 'body'), 'body')).toThrow(
    /secret must be a text of at least 16/,
  );
  expect(() => webhook({ url: 'https://example.com', secret: known })).toThrow(/secret must be a text of at least 16/);
});
