/** TLS and API keys by Temporal's profiles: for commands and for the worker, without a word of them in the configuration. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Cli, MAIN } from './cli.ts';

const cli = new Cli(`tls-${randomUUID()}`);
const file = (name: string) => join(cli.folder, name);

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** A certificate that signs itself, and its key. */
function certify(name: string): Certificate {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  ];
  const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...out], { stdio: 'pipe' });
  return { key: readFileSync(file(`${name}.key`)), cert: readFileSync(file(`${name}.pem`)) };
}

/** The server of the tests, behind TLS, for those who have the client's certificate. */
let mutual: Server;
/** One that notes the keys it is shown, and takes none. */
let keyed: Http2SecureServer;
const keys = new Set<string | undefined>();

function serveMutual(own: Certificate, { cert: ca }: Certificate): Server {
  const options = { ...own, ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] };
  return createServer(options, (socket) => {
    const [host, port] = inject('address').split(':') as [string, string];
    const behind = connect(Number(port), host);
    socket.pipe(behind).pipe(socket);
    for (const each of [socket, behind]) each.on('error', () => {});
  });
}

function serveKeyed(own: Certificate): Http2SecureServer {
  return createSecureServer(own).on('stream', (stream, headers) => {
    keys.add(headers.authorization);
    const refusal = { 'grpc-status': '16', 'grpc-message': 'this key is not valid' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
  });
}

beforeAll(async () => {
  if (!hasOpenssl) return;
  const server = certify('temporal.test');
  mutual = serveMutual(server, certify('client.test'));
  keyed = serveKeyed(server);
  await Promise.all([mutual, keyed].map((each) => once(each.listen(0, '127.0.0.1'), 'listening')));
  const tls = ['server_name = "temporal.test"', `server_ca_cert_path = "${file('temporal.test.pem')}"`];
  const own = [`client_cert_path = "${file('client.test.pem')}"`, `client_key_path = "${file('client.test.key')}"`];
  const profile = (name: string, { port }: AddressInfo, ...more: readonly string[]) =>
    [`[profile.${name}]`, `address = "127.0.0.1:${port}"`, ...more].join('\n');
  const profiles = [
    profile('mutual', mutual.address() as AddressInfo, '[profile.mutual.tls]', ...tls, ...own),
    profile('keyed', keyed.address() as AddressInfo, 'api_key = "the-key"', '[profile.keyed.tls]', ...tls),
  ];
  writeFileSync(file('temporal.toml'), profiles.join('\n'));
  mkdirSync(file('workflows'));
  mkdirSync(file('node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), file('node_modules/holdpoint'));
  symlinkSync(join(import.meta.dirname, '../../node_modules/@temporalio'), file('node_modules/@temporalio'));
  writeFileSync(
    file('workflows/index.ts'),
    `import { step, workflow } from 'holdpoint/workflow';
     export const mine = workflow({ name: 'mine', steps: [step({ name: 'only', executor: () => 'done' })] });`,
  );
});
afterAll(() => {
  mutual?.close();
  keyed?.close();
  cli.close();
});

/** Runs a command with a profile; a worker is stopped as soon as it is ready. */
async function holdpoint(profile: string, ...args: readonly string[]): Promise<{ code: unknown; said: string }> {
  const { TEMPORAL_ADDRESS: _, ...env } = cli.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: cli.folder,
    env: { ...env, TEMPORAL_CONFIG_FILE: file('temporal.toml'), TEMPORAL_PROFILE: profile },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes('"RUNNING"') && !child.killed) child.kill('SIGTERM');
    });
  }
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, said };
}

describe.skipIf(!hasOpenssl).each([
  ['a command', ['list']],
  ['the worker', ['worker']],
])('%s', (_, args) => {
  test('shows its certificate, and knows that of the server', async () => {
    const { code, said } = await holdpoint('mutual', ...args);
    expect(code, said).toBe(0);
  });

  test('shows its key', async () => {
    keys.clear();
    const { code, said } = await holdpoint('keyed', ...args);
    expect(code).toBe(1);
    expect(said).toMatch(
      /^✗ .*127\.0\.0\.1:\d+ \(from the Temporal configuration profile(, over TLS)?\).*: .*this key is not valid/,
    );
    expect([...keys]).toEqual(['Bearer the-key']);
  });
});
