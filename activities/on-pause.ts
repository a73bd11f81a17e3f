/** Whom a worker tells of pauses, and the webhook that ships. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../workflows/define/defined.ts';
import { type DurationString, durationMs } from '../workflows/define/duration.ts';
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { describe } from '../workflows/define/describe.ts';
import type { PauseMessage } from '../workflows/protocol/on-pause.ts';

/** What is told of a pause. */
export interface PauseNotification extends PauseMessage {
  /** Where a person looks at the run: its page in the Web UI. */
  readonly link: string;
}

export interface OnPause {
  /** Called for each pause, and again for its reminder. It may throw: it is tried again, and the run does not notice. */
  readonly notify: (notification: PauseNotification, signal: AbortSignal) => Promise<void> | void;
  /** Say it again so long before the deadline, where there is one: `'1 hour'`. */
  readonly remindBefore?: DurationString;
}

export interface WebhookOptions {
  /** `https://…`: gets a POST with the notification as JSON. */
  readonly url: string;
  /** Signs each request; both sides know it. */
  readonly secret: string;
  readonly remindBefore?: DurationString;
}

/** Statuses of a receiver that is busy or away. */
const PASSING = [408, 425, 429];

/**
 * Posts each pause to an address. The header `holdpoint-signature: t=<seconds>,v1=<hex>` is an HMAC-SHA256 of
 * `<seconds>.<body>`; the receiver checks it with {@link verifyWebhook}.
 * @throws {DefinitionError} where url or secret cannot be used
 * @example
 * await createWorker({ workflowsPath, onPause: webhook({ url, secret: process.env.WEBHOOK_SECRET ?? '', remindBefore: '1 hour' }) });
 */
export function webhook({ url, secret, remindBefore }: WebhookOptions): OnPause {
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : {};
  if (username || password) {
    // Not told: it is a secret. `fetch` would refuse it, and say it.
    throw new DefinitionError('webhook', 'url must not have a user name or a password in it.');
  }
  if (!/^https?:$/.test(protocol ?? '')) {
    throw new DefinitionError('webhook', `url must be an http(s) address, got ${describe(url)}.`);
  }
  checkSecret('webhook', secret);
  return {
    ...defined({ remindBefore }),
    async notify(notification, signal) {
      const body = JSON.stringify(notification);
      const headers = { 'content-type': 'application/json', 'holdpoint-signature': signatureOf(secret, body) };
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await response.body?.cancel();
      if (response.ok) return;
      const passing = response.status >= 500 || PASSING.includes(response.status);
      throw ApplicationFailure.create({
        message: `the webhook answered with HTTP ${response.status}`,
        nonRetryable: !passing,
      });
    },
  };
}

/** A variable that is not set must not become a key that everybody knows. */
function checkSecret(place: string, secret: unknown): void {
  if (typeof secret === 'string' && secret.length >= 16) return;
  throw new DefinitionError(place, 'secret must be a text of at least 16 characters.');
}

function signatureOf(secret: string, body: string, seconds: number = Math.floor(Date.now() / 1000)): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** How old a request may be, in seconds: a recorded one must not be sent again. */
const TOLERANCE_S = 300;

/**
 * For the receiver of a webhook: does the signature fit the body as it arrived, byte for byte, and is it recent?
 * @throws {DefinitionError} where there is no secret, or a short one
 * @example
 * if (!verifyWebhook(secret, request.headers['holdpoint-signature'], rawBody)) return response.writeHead(401).end();
 */
export function verifyWebhook(secret: string, signature: unknown, body: string): boolean {
  checkSecret('verifyWebhook', secret);
  const [, seconds] = /^t=([1-9]\d{0,11}),v1=[0-9a-f]{64}$/.exec(typeof signature === 'string' ? signature : '') ?? [];
  if (seconds === undefined || Math.abs(Date.now() / 1000 - Number(seconds)) > TOLERANCE_S) return false;
  const expected = signatureOf(secret, body, Number(seconds));
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature as string));
}

/** @throws {DefinitionError} */
export function remindBeforeMs({ remindBefore }: OnPause): number | undefined {
  if (remindBefore === undefined) return undefined;
  const ms = durationMs(remindBefore);
  if (ms === undefined) {
    throw new DefinitionError(
      'onPause',
      `remindBefore must be a duration with its unit, got ${describe(remindBefore)}.`,
    );
  }
  return ms;
}
