/**
 * The real thing, without containers: a Temporal server on PostgreSQL, both started here, in a folder of their own.
 * Needs Debian's `postgresql` and the server's own programs: see docs/operations.md, or {@link HELP}.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { freePort, isFree } from '../../worker/ports.ts';
import { probeServer } from '../../worker/probe.ts';

const VERSION = 'v1.32.0';

/** What to do where something is missing. */
export const HELP = `A cluster needs, in the folder that TEMPORAL_SERVER_HOME names, the Temporal server's programs and schema:
  export TEMPORAL_SERVER_HOME=~/temporal-server
  GOBIN=$TEMPORAL_SERVER_HOME go install go.temporal.io/server/cmd/server@${VERSION}
  GOBIN=$TEMPORAL_SERVER_HOME go install go.temporal.io/server/cmd/tools/sql@${VERSION}
  cp -r $(go env GOMODCACHE)/go.temporal.io/server@${VERSION}/schema $TEMPORAL_SERVER_HOME/
and PostgreSQL 12 or later (apt-get install postgresql).`;

export interface Cluster {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Kills the Temporal server with SIGKILL, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @returns `undefined` where a program is missing */
export async function startCluster(log: (line: string) => void): Promise<Cluster | undefined> {
  const home = process.env.TEMPORAL_SERVER_HOME;
  const postgres = postgresFolder();
  if (!home || !postgres || !['server', 'sql', 'schema'].every((name) => existsSync(join(home, name))))
    return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cluster-'));
  log('Starting PostgreSQL …');
  const database = await startPostgres(postgres, folder);
  try {
    return await startServer(home, folder, database, log);
  } catch (error) {
    await end(database.child, 'SIGINT');
    throw error;
  }
}

async function startServer(
  home: string,
  folder: string,
  database: Awaited<ReturnType<typeof startPostgres>>,
  log: (line: string) => void,
): Promise<Cluster> {
  log('Creating the schema …');
  for (const name of ['temporal', 'visibility']) createSchema(home, name, database.port);
  const ports = await lowPorts(8);
  const config = join(folder, 'server.yaml');
  writeFileSync(config, JSON.stringify(serverConfig(database.port, ports, folder)));
  const address = `127.0.0.1:${ports[0]}`;
  const start = async () => {
    const child = spawn(join(home, 'server'), ['--allow-no-auth', '--config-file', config, 'start'], {
      stdio: 'ignore',
    });
    for (const deadline = Date.now() + 60_000; !(await probeServer(address, [])).serves; await sleep(200)) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the Temporal server did not start: ${config}`);
    }
    return child;
  };
  log('Starting the Temporal server …');
  let server = await start();
  await registerNamespace(address);
  return {
    address,
    async restart() {
      await end(server, 'SIGKILL');
      server = await start();
    },
    async stop() {
      await end(server, 'SIGKILL');
      await end(database.child, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server keeps its ports in a column that goes to 32,767. */
async function lowPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = 17_000 + Math.floor(Math.random() * 10_000); ports.length < count; port += 1) {
    if (await isFree(port, '127.0.0.1')) ports.push(port);
  }
  return ports;
}

async function registerNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace: 'default',
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await connection.close();
  // The server's parts hear of it one after the other.
  for (const deadline = Date.now() + 60_000; !(await canList(address)); await sleep(500)) {
    if (Date.now() > deadline) throw new Error('the namespace did not come to be');
  }
}

async function canList(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace: 'default' });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** Of the newest version that is installed. */
function postgresFolder(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const [newest] = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

async function startPostgres(
  bin: string,
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const data = join(folder, 'postgres');
  mkdirSync(data);
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(data, user.uid, user.gid);
  }
  const options = { ...user, cwd: folder, stdio: 'ignore' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'temporal', '-A', 'trust', '-E', 'UTF8'], options);
  const port = await freePort('127.0.0.1');
  const flags = [
    '-D',
    data,
    '-p',
    `${port}`,
    '-k',
    folder,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'max_connections=200',
  ];
  const child = spawn(join(bin, 'postgres'), flags, options);
  for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
      return { child, port };
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) throw error;
    }
  }
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}

const databaseOf = (name: string) => (name === 'temporal' ? 'temporal' : 'temporal_visibility');

function createSchema(home: string, name: string, port: number): void {
  const common = [
    '--plugin',
    'postgres12',
    '--ep',
    '127.0.0.1',
    '-p',
    `${port}`,
    '-u',
    'temporal',
    '--db',
    databaseOf(name),
  ];
  const tool = (...args: string[]) => execFileSync(join(home, 'sql'), [...common, ...args], { stdio: 'ignore' });
  tool('create');
  tool('setup-schema', '-v', '0.0');
  tool('update-schema', '-d', join(home, 'schema/postgresql/v12', name, 'versioned'));
}

function serverConfig(port: number, ports: readonly number[], folder: string): object {
  const store = (name: string) => ({
    sql: {
      ...{ pluginName: 'postgres12', databaseName: databaseOf(name), connectAddr: `127.0.0.1:${port}` },
      ...{ connectProtocol: 'tcp', user: 'temporal', password: '', maxConns: 20, maxIdleConns: 20 },
    },
  });
  const service = (index: number) => ({
    rpc: { grpcPort: ports[index], membershipPort: ports[index + 4], bindOnLocalHost: true },
  });
  const dynamic = join(folder, 'dynamic.yaml');
  // Without it a queue of the server's is polled twenty times per second only.
  writeFileSync(dynamic, JSON.stringify({ 'history.transferProcessorMaxPollRPS': [{ value: 2000 }] }));
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      ...{ defaultStore: 'main', visibilityStore: 'visibility', numHistoryShards: 64 },
      datastores: { main: store('temporal'), visibility: store('visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: { frontend: service(0), matching: service(1), history: service(2), worker: service(3) },
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: 'active', currentClusterName: 'active' },
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports[0]}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamic, pollInterval: '10s' },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
