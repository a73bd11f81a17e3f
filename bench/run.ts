/**
 * What holdpoint costs beside hand-written Temporal workflows with the same activities: time of an answer, history events,
 * memory of a paused run, throughput, time to start a worker. Ratios count; the milliseconds are this machine's at this moment.
 *
 * `npm run bench` · `npm run bench -- --quick`: within a minute · `--cluster`: on a Temporal server with PostgreSQL instead of
 * the embedded one. Exits 1 where a ratio that has an aim is 1.5x or more, 2 where the cluster's programs are missing.
 */
import { cpus } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startDevServer } from 'holdpoint/worker';
import { HELP, startCluster } from '../test/cluster/cluster.ts';
import { compareAgents } from './agent/compare.ts';
import { compareMemory } from './agent/compare-memory.ts';
import type { Bench } from './bench.ts';
import { compareEvents } from './events/compare.ts';
import { compareFloods } from './flood/compare.ts';
import { measureMany } from './many/measure.ts';
import { compareStart } from './start/compare.ts';
import { compareSteps } from './steps/compare.ts';
import { Table } from './table.ts';

const quick = process.argv.includes('--quick');

Runtime.install({ logger: new DefaultLogger('ERROR') });
const server = await (process.argv.includes('--cluster')
  ? startCluster(console.error)
  : startDevServer({ log: console.error }));
if (!server) {
  console.error(HELP);
  process.exit(2);
}
try {
  process.exitCode = await compare(server.address);
} finally {
  await server.stop();
}

/** @returns the exit code */
async function compare(address: string): Promise<number> {
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const bench: Bench = { address, client, connection, quick };
  const table = new Table();
  console.log(`Node ${process.version} · ${cpus().length} cores`);
  table.head('a run with two pauses', ['p50 ms', 'p99 ms']);
  await compareSteps(bench, table);
  table.head('watching a run', ['p50 ms', 'p99 ms']);
  await compareEvents(bench, table);
  table.head('an agent, one gated call', ['p50 ms', 'p99 ms']);
  await compareAgents(bench, table);
  await compareMemory(bench, table);
  await compareStart(bench, table);
  if (!quick) {
    table.head('many runs', ['', '']);
    await measureMany(bench, table);
    table.head('no worker up', ['p50 ms', 'p99 ms']);
    await compareFloods(bench, table);
  }
  await connection.close();
  await client.connection.close();
  return table.end();
}
