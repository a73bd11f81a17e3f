/**
 * `npm run test:cluster`: the end-to-end tests and a soak on a Temporal server with PostgreSQL, which is killed too. Says what
 * to do where the programs are missing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { soak } from '../crash/soak.ts';
import { HELP, startCluster } from './cluster.ts';

const RUNS = Number(process.argv[2] ?? 100);

const cluster = await startCluster(console.log);
if (!cluster) {
  console.error(HELP);
  process.exit(2);
}
try {
  const env = { ...process.env, HOLDPOINT_TEST_ADDRESS: cluster.address };
  const args = ['vitest', 'run', '--project', 'server', 'test/engine', 'test/client', 'test/replay'];
  const tests = spawn('npx', args, { env, stdio: 'inherit' });
  const [code] = (await once(tests, 'exit')) as [number | null];
  const worker = ['--import', 'tsx', fileURLToPath(new URL('../crash/worker.ts', import.meta.url))];
  const options = { runs: RUNS, seed: Date.now() % 1e6, worker, server: cluster, limitMs: 120_000 + RUNS * 3_000 };
  const problems = await soak({ ...options, log: console.log });
  for (const problem of problems) console.log(problem);
  console.log(`${code === 0 ? 'The tests passed' : 'Tests failed'}; the soak had ${problems.length} problems.`);
  process.exitCode = code === 0 && problems.length === 0 ? 0 : 1;
} finally {
  await cluster.stop();
}
