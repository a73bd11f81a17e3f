import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BINARIES, resolveBinary } from '../../worker/binaries.ts';
import { type DevServer, type DevServerOptions, startDevServer } from '../../worker/dev-server.ts';
import { listens } from '../../worker/ports.ts';

const WORKER = pathToFileURL(join(import.meta.dirname, '../../dist/worker/index.js')).href;

let root: string;
const servers: DevServer[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdpoint-server-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(root, { recursive: true, force: true });
});

async function start(options: DevServerOptions = {}): Promise<DevServer> {
  const server = await startDevServer(options);
  servers.push(server);
  return server;
}

async function withClient<T>(server: DevServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const begin = (client: Client) => client.workflow.start('nobody', { taskQueue: 'nobody', workflowId: 'kept' });

describe('startDevServer', () => {
  it('serves at once: gRPC, the Web UI, every namespace, and the search attributes', async () => {
    const server = await start({ namespaces: ['mine'] });
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await withClient(server, async ({ connection }) => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'mine' });
      expect(customAttributes).toMatchObject({
        HoldpointStatus: 2,
        HoldpointStep: 7,
        HoldpointSession: 2,
        HoldpointDue: 6,
      });
    });
    await server.stop();
    expect(await listens(server.address)).toBe(false);
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });

  it('keeps runs in its file', async () => {
    const dataFile = join(root, 'deep/dev.db');
    const first = await start({ dataFile });
    await withClient(first, begin);
    await first.stop();
    const second = await start({ dataFile });
    const { status } = await withClient(second, (client) => client.workflow.getHandle('kept').describe());
    expect(status.name).toBe('RUNNING');
  });

  it('refuses a file that another server uses', async () => {
    const dataFile = join(root, 'dev.db');
    const { address, pid } = await start({ dataFile });
    await expect(start({ dataFile })).rejects.toThrow(
      `Another server uses ${dataFile}: the one at ${address}, process ${pid}.`,
    );
  });

  it.each(['port', 'uiPort'] as const)('refuses a %s that is taken, and says which', async (field) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(start({ [field]: port })).rejects.toThrow(
      new RegExp(`^Port ${port} .* is taken\\..* devServer\\.${field} `),
    );
    taken.close();
  });

  it('tells what a server said that ended while it started', async () => {
    const dataFile = join(root, 'dev.db');
    writeFileSync(dataFile, 'this is no database, and it is long enough for SQLite to notice that at its first look');
    await expect(start({ dataFile })).rejects.toThrow(
      /ended while it started \(exit code \d+\)\. It said: .*not a database.*Its data file is broken: move it away/s,
    );
  });

  it('is started again where it ended at its start: another process may have taken a port of its own', async () => {
    const executable = join(root, 'unlucky');
    const script = `[ -e "$0.tried" ] && exec '${await resolveBinary('cli')}' "$@"; touch "$0.tried"; echo 'port taken' >&2; exit 2`;
    writeFileSync(executable, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const said: string[] = [];
    await start({ executable, log: (line) => said.push(line) });
    expect(said[0]).toBe('port taken');
  });

  it('takes no other server for its own, which was quicker to take the port', async () => {
    const executable = join(root, 'late');
    const cli = await resolveBinary('cli');
    const stranger = `'${cli}' "$@" >/dev/null 2>&1 & echo $! > "$0.tried"; sleep 5; exit 2`;
    writeFileSync(executable, `#!/bin/sh\n[ -e "$0.tried" ] && exec '${cli}' "$@"\n${stranger}\n`, { mode: 0o755 });
    const killStranger = () => process.kill(Number(readFileSync(`${executable}.tried`, 'utf8')), 'SIGKILL');
    const server = await start({ executable }).finally(killStranger);
    await withClient(server, begin);
    expect(process.kill(server.pid, 0)).toBe(true);
  });

  it('ends with its process, even when that is killed', async () => {
    const script = `const { startDevServer } = await import(${JSON.stringify(WORKER)});
      const { address, pid } = await startDevServer({ dataFile: ${JSON.stringify(join(root, 'dev.db'))} });
      console.log(JSON.stringify({ address, pid }));
      setInterval(() => {}, 1000);`;
    const env = { ...process.env, [BINARIES.cli.variable]: await resolveBinary('cli') };
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const { address } = JSON.parse(String(line)) as { address: string };
    expect(await listens(address)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(async () => expect(await listens(address)).toBe(false), { timeout: 5_000 });
    // Port and file are free again at once.
    await start({ port: Number(address.split(':')[1]), dataFile: join(root, 'dev.db') });
  });
});
