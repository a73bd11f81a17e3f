/**
 * Stands before the server, and answers some calls itself, or loses them, or the answers to them: what a server and a
 * network do rarely, on demand.
 */
import { once } from 'node:events';
import { connect, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A call that the server never gets, or whose answer is lost. */
export interface Lost {
  readonly lost: 'call' | 'answer';
  /** The status that comes instead, of gRPC; default: nothing comes at all. */
  readonly status?: number;
  /** Until then nothing comes. */
  readonly until?: Promise<unknown>;
}

/** @returns the answer as protobuf, or what is lost, or `undefined`: the server answers */
type Answer = (method: string, request: Uint8Array) => Uint8Array | Lost | undefined;

/** A message's prefix in gRPC: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

export async function startProxy(address: string, answer: Answer): Promise<{ address: string; stop(): void }> {
  const upstream = connect(`http://${address}`);
  const server = createServer();
  server.on('stream', (stream, headers) => {
    // A worker that stops drops its calls.
    stream.on('error', () => {});
    void buffer(stream).then(
      (body) => {
        const own = answer(headers[':path']!.split('/').at(-1)!, messageIn(body));
        if (!own) forward(stream, headers, body);
        else if (own instanceof Uint8Array) respond(stream, own);
        else lose(stream, headers, body, own);
      },
      () => {},
    );
  });
  function forward(stream: ServerHttp2Stream, { ':authority': _, ...headers }: IncomingHttpHeaders, body: Buffer) {
    const call = upstream.request(headers);
    call.on('error', () => stream.close());
    stream.on('close', () => call.close());
    call.on('response', (response) => {
      if (stream.closed) return;
      // An error has no trailers: what they would say is in its headers.
      const isError = response['grpc-status'] !== undefined;
      stream.respond(response, isError ? { endStream: true } : { waitForTrailers: true });
      if (!isError) call.pipe(stream);
    });
    const trailers = once(call, 'trailers');
    stream.on('wantTrailers', () => void trailers.then(([each]) => stream.sendTrailers(each)));
    trailers.catch(() => {});
    call.end(body);
  }
  function lose(
    stream: ServerHttp2Stream,
    { ':authority': _, ...headers }: IncomingHttpHeaders,
    body: Buffer,
    how: Lost,
  ) {
    const call = how.lost === 'answer' ? upstream.request(headers).resume().end(body) : undefined;
    const done = call && once(call, 'close');
    void Promise.all([done, how.until]).then(() => {
      if (how.status !== undefined && !stream.closed) fail(stream, how.status);
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      upstream.destroy();
    },
  };
}

function messageIn(body: Buffer): Buffer {
  const message = body.subarray(PREFIX_BYTES);
  return body[0] === 1 ? gunzipSync(message) : message;
}

function fail(stream: ServerHttp2Stream, status: number): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) };
  stream.respond(headers, { endStream: true });
}

function respond(stream: ServerHttp2Stream, message: Uint8Array): void {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([prefix, message]));
}
