/** Encryption by configuration: worker and commands with the key, commands without it, and the codec endpoint. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { loadConfig } from '../../client/config.ts';
import { connect } from '../../client/connect.ts';
import { prepareWorker, type PreparedWorker } from '../../worker/prepare-worker.ts';
import { type RunningWorker, runWorker } from '../support/server.ts';
import { Cli, MAIN } from './cli.ts';

const KEY = randomBytes(32).toString('base64');
const taskQueue = `encrypted-${randomUUID()}`;
const workflows = join(import.meta.dirname, '../workflows/bundles/secret-refund.ts');
const keys = "[{ id: 'test-1', key: process.env.SECRET_KEY }]";
const config = `export default { workflows: ${JSON.stringify(workflows)}, encryption: { keys: ${keys} } };`;
/** With the key, and without. */
const [cli, stranger] = [new Cli(taskQueue), new Cli(taskQueue)];
let prepared: PreparedWorker;
let worker: RunningWorker;

beforeAll(async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', inject('address'));
  vi.stubEnv('HOLDPOINT_TASK_QUEUE', taskQueue);
  vi.stubEnv('SECRET_KEY', KEY);
  writeFileSync(join(cli.folder, 'temporal.config.mjs'), config);
  writeFileSync(
    join(stranger.folder, 'temporal.config.mjs'),
    `export default { workflows: ${JSON.stringify(workflows)} };`,
  );
  prepared = await prepareWorker(await loadConfig({ cwd: cli.folder }));
  worker = runWorker(prepared.worker);
});
afterAll(async () => {
  await worker.stop();
  await prepared.close();
  cli.close();
  stranger.close();
});

describe('with encryption in the configuration', () => {
  test('commands and clients with the key read and answer a run, and others say which key they lack', async () => {
    const runId = `encrypted-${randomUUID()}`;
    const started = await cli.holdpoint('run', 'secretRefund', '--input', '47114711', '--run-id', runId, '--json');
    expect(started).toMatchObject({ code: 3, json: { status: 'paused' } });
    const raw = await rawHistory(runId);
    expect(raw).toContain('binary/encrypted');
    expect(raw).not.toMatch(/47114711|Pay it/);

    const lacking =
      /a payload is encrypted with key 'test-1', which is not here \(there are no keys\); add it to encryption\.keys/;
    const [shown, { json }] = await Promise.all([
      stranger.holdpoint('show', runId),
      stranger.holdpoint('list', '--paused', '--json', '--limit', '1000'),
    ]);
    expect(shown).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringMatching(lacking) },
    });
    expect(json.runs.find((each: { runId: string }) => each.runId === runId)).toMatchObject({
      ...{ status: 'paused', open: [], unreadable: expect.stringMatching(lacking) },
    });
    // What it cannot read says nothing of the code.
    const replayed = await stranger.holdpoint('replay', '--workflow', 'secretRefund', '--json');
    expect(replayed).toMatchObject({ code: 8, json: { broken: [] } });
    expect(replayed.json.unread).toContainEqual({ id: runId, message: expect.stringMatching(lacking) });
    // Also where encryption is on, so that failures are encoded for the server.
    const other = `[{ id: 'test-2', key: '${randomBytes(32).toString('base64')}' }]`;
    writeFileSync(join(cli.folder, 'other.config.mjs'), config.replace(keys, other));
    const elsewhere = await cli.holdpoint('replay', '-c', 'other.config.mjs', '--workflow', 'secretRefund', '--json');
    expect(elsewhere).toMatchObject({ code: 8, json: { broken: [] } });
    const message = expect.stringContaining("key 'test-1', which is not here (there are test-2)");
    expect(elsewhere.json.unread).toContainEqual({ id: runId, message });
    const without = await connect({ cwd: stranger.folder });
    const decisions = [{ requirement: 'pay#confirmation', action: 'confirm' }] as const;
    await Promise.all(
      [
        without.getRun(runId),
        without.audit(runId),
        without.events(runId)[Symbol.asyncIterator]().next(),
        without.continueRun({ runId, decisions }),
      ].map((refused) => expect(refused).rejects.toThrow(lacking)),
    );
    await without.close();

    expect(await cli.holdpoint('approve', runId, '--json')).toMatchObject({
      ...{ code: 0, json: { content: { paid: 'Refund EUR 47114711' } } },
    });
    expect(await rawHistory(runId)).not.toContain('47114711');
  });

  test('a key that is missing is named, and so is one that is not the worker’s', async () => {
    vi.stubEnv('SECRET_KEY', '');
    await expect(connect({ cwd: cli.folder })).rejects.toThrow("encryption.keys: key 'test-1' is missing.");
    vi.stubEnv('SECRET_KEY', randomBytes(32).toString('base64'));
    const waiting: string[] = [];
    const client = await connect({ cwd: cli.folder, onWaiting: (message) => waiting.push(message) });
    const run = await client.start('secretRefund', { input: 1 });
    const stop = new AbortController();
    const waited = client.wait(run, { signal: stop.signal }).catch(() => {});
    await vi.waitUntil(() => waiting.length > 0, { timeout: 20_000 });
    expect(waiting[0]).toContain("encrypted with key 'test-1', and cannot be decrypted with it");
    stop.abort();
    await waited;
    await client.temporal.workflow.getHandle(run.runId).terminate();
    await client.close();
    vi.stubEnv('SECRET_KEY', KEY);
  });
});

describe('the codec endpoint', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await Endpoint.start('--port', '0');
  });
  afterAll(() => endpoint.stop());

  test('lets Temporal’s own command line read what is encrypted, and encrypt what it sends', async () => {
    const client = await connect({ cwd: cli.folder });
    const { runId } = await client.run('secretRefund', { input: 47124712 });
    const temporal = (...args: readonly string[]) =>
      promisify(execFile)(inject('cli'), [
        ...['workflow', ...args, '--workflow-id', runId, '--address', inject('address')],
        ...['--codec-endpoint', endpoint.url],
      ]);
    const { events } = JSON.parse((await temporal('show', '--output', 'json')).stdout);
    const [input] = events[0].workflowExecutionStartedEventAttributes.input.payloads;
    expect(input).toEqual({ metadata: plain.metadata, data: base64('47124712') });
    expect((await temporal('query', '--name', 'run')).stdout).toContain('Refund EUR 47124712');
    await temporal(
      'signal',
      '--name',
      'approve',
      '--input',
      '{"requirement":"pay#confirmation","by":"ann of 47124712"}',
    );
    expect(await client.wait(runId)).toMatchObject({ content: { paid: 'Refund EUR 47124712' } });
    expect(await rawHistory(runId)).not.toContain('47124712');
    await client.close();
  });

  const plain = { metadata: { encoding: base64('json/plain') }, data: base64('"secret"') };

  test('answers the Web UI, in its protocol', async () => {
    const headers = { origin: 'http://localhost:8233', 'x-namespace': 'default' };
    const encoded = await endpoint.post('encode', { payloads: [plain] }, headers);
    expect(encoded.headers.get('access-control-allow-origin')).toBe('http://localhost:8233');
    const { payloads } = (await encoded.json()) as { payloads: [typeof plain] };
    expect(payloads[0].metadata).toEqual({
      encoding: base64('binary/encrypted'),
      'encryption-key-id': base64('test-1'),
    });
    expect(await (await endpoint.post('decode', { payloads }, headers)).json()).toEqual({ payloads: [plain] });
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' };
    const preflight = await fetch(`${endpoint.url}/decode`, { method: 'OPTIONS', headers: { ...headers, ...asked } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
  });

  test.each([
    ['another page', 403, { payloads: [] }, { origin: 'https://evil.example' }],
    ['a page without an origin', 403, { payloads: [] }, { origin: 'null' }],
    ['another namespace', 403, { payloads: [] }, { 'x-namespace': 'other' }],
    ['what is no list of payloads', 400, { payloads: [{ data: 5 }] }, {}],
    ['what is too large', 413, { payloads: [{ data: 'x'.repeat(9_000_000) }] }, {}],
    ['another key', 400, { payloads: [foreign('test-2')] }, {}],
    ['what was changed', 400, { payloads: [foreign('test-1')] }, {}],
  ])('refuses %s', async (_, status, body, headers) => {
    expect((await endpoint.post('decode', body, headers)).status).toBe(status);
  });

  test('listens to the network only with a token, and then asks for it', async () => {
    const open = await cli.holdpoint('codec', '--host', '0.0.0.0', '--port', '0');
    expect(open).toMatchObject({ code: 2, stderr: expect.stringContaining('set HOLDPOINT_CODEC_TOKEN') });
    vi.stubEnv('HOLDPOINT_CODEC_TOKEN', 'a-token');
    const closed = await Endpoint.start('--host', '0.0.0.0', '--port', '0');
    const body = { payloads: [plain] };
    expect((await closed.post('encode', body)).status).toBe(401);
    expect((await closed.post('encode', body, { authorization: 'Bearer a-token' })).status).toBe(200);
    await closed.stop();
    vi.stubEnv('HOLDPOINT_CODEC_TOKEN', '');
  });
});

/** `holdpoint codec` as a process of its own. */
class Endpoint {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(...args: readonly string[]): Promise<Endpoint> {
    const child = spawn(process.execPath, [MAIN, 'codec', ...args], { cwd: cli.folder, env: cli.env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const [, port] = await vi.waitUntil(() => /ready at http:\/\/\S+:(\d+)\n/.exec(said), { timeout: 20_000 });
    return new Endpoint(`http://127.0.0.1:${port}`, child);
  }

  post(way: 'encode' | 'decode', body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/${way}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** A payload that no key here has encrypted. */
function foreign(keyId: string) {
  const metadata = { encoding: base64('binary/encrypted'), 'encryption-key-id': base64(keyId) };
  return { metadata, data: randomBytes(60).toString('base64') };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The history as the server has it, byte for byte. */
async function rawHistory(workflowId: string): Promise<string> {
  const connection = await Connection.connect({ address: inject('address') });
  const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  await connection.close();
  return Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
}
