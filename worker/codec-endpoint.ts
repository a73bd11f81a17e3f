/**
 * Temporal's remote codec protocol over HTTP: with it the Web UI and the Temporal CLI show what is encrypted, and encrypt
 * what they send. It has the keys, so whoever may ask it may read everything: it answers the Web UI's origin and programs
 * that are no browser, and with a token only who has it.
 */
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { z } from 'zod';

export interface CodecEndpointOptions {
  readonly codec: PayloadCodec;
  /** Origins of the Web UI, `https://temporal.example.com`. A browser page of any other origin is refused. */
  readonly origins: readonly string[];
  /** The only namespace that is served. */
  readonly namespace: string;
  /** Expected in `Authorization: Bearer …`. */
  readonly token?: string;
}

/** A page of a history has at most 4 MB, and base64 adds a third. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Payloads as protobuf writes them in JSON: bytes in base64, and what is empty left out, as in a query without arguments. */
const payload = z.object({ metadata: z.record(z.string(), z.string()).nullish(), data: z.string().nullish() });
const body = z.object({ payloads: z.array(payload).default([]) });

export function codecEndpoint({ codec, origins, namespace, token }: CodecEndpointOptions): Hono {
  const app = new Hono();
  app.use(async ({ req, text }, next) => {
    // A browser names the page that asks; CORS alone would let it ask, and only keep the answer from it.
    const origin = req.header('origin');
    if (origin !== undefined && !origins.includes(origin)) {
      return text(`The origin ${origin} is not that of the Web UI (${origins.join(', ')}): see webUi.`, 403);
    }
    return next();
  });
  // Which headers the Web UI sends depends on its version and its settings: any may be sent.
  app.use(cors({ origin: [...origins], allowMethods: ['POST'], credentials: true }));
  if (token !== undefined) app.use(bearerAuth({ token }));
  app.use(async ({ req, text }, next) => {
    const asked = req.header('x-namespace') ?? namespace;
    return asked === namespace ? next() : text(`Only namespace '${namespace}' is served, not '${asked}'.`, 403);
  });
  app.use(bodyLimit({ maxSize: MOST_BYTES, onError: ({ text }) => text(`At most ${MOST_BYTES} bytes.`, 413) }));
  for (const way of ['encode', 'decode'] as const) {
    app.post(`/${way}`, async ({ req, json, text }) => {
      const { data } = body.safeParse(await req.json().catch(() => undefined));
      if (!data) return text('Expected JSON: { "payloads": [{ "metadata": …, "data": … }] }, bytes in base64.', 400);
      try {
        const payloads = await codec[way](data.payloads.map(fromJson));
        return json({ payloads: payloads.map(toJson) });
      } catch (error) {
        return text((error as Error).message, 400);
      }
    });
  }
  return app;
}

type JsonPayload = z.infer<typeof payload>;

function fromJson({ metadata, data }: JsonPayload): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(entries) as Record<string, Buffer>, data: Buffer.from(data ?? '', 'base64') };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return { metadata: Object.fromEntries(entries) as Record<string, string>, data: base64(data ?? new Uint8Array()) };
}
