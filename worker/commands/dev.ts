/** `holdpoint dev`: the embedded server, and a worker that follows the code. */
import { dirname, extname, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { type LoadedConfig, loadConfig } from '../../client/config.ts';
import { type DevServer, startDevServer } from '../dev-server.ts';
import { listens } from '../ports.ts';
import { probeServer } from '../probe.ts';
import { untilStopSignal } from '../signals.ts';
import { Supervisor } from '../supervisor.ts';
import { terminal } from '../terminal.ts';

export interface DevCommandOptions {
  readonly config?: string;
}

export async function dev({ config: path }: DevCommandOptions): Promise<void> {
  const config = await loadConfig({ path });
  const server = (await runningServer(config)) ?? (await ownServer(config));
  const supervisor = new Supervisor([server.address, config.namespace, config.configPath ?? '']);
  const stopSignal = untilStopSignal(() => supervisor.kill());
  const serverEnded = server.ended.then(() => 'server' as const);
  terminal.fact('Web UI', server.uiUrl);
  void supervisor.reload();
  const watcher = watchSources(config, () => void supervisor.reload());
  const ended = await Promise.race([stopSignal, serverEnded]);
  await watcher.close();
  if (ended === 'server') terminal.fail('The embedded Temporal server ended by itself.');
  else terminal.say('Stopping …');
  await supervisor.stop();
  await server.stop();
  if (ended === 'server') process.exitCode = 1;
}

type Server = Pick<DevServer, 'address' | 'uiUrl' | 'ended' | 'stop'>;

/** The server that already listens where ours would: that of another `holdpoint dev`, or one that the user started. */
async function runningServer({ devServer, namespace }: LoadedConfig): Promise<Server | undefined> {
  const address = `127.0.0.1:${devServer.port}`;
  if (devServer.port === 0 || !(await listens(address))) return undefined;
  if (!(await probeServer(address, [namespace])).serves) return undefined;
  terminal.note(`A Temporal server already runs at ${address}: using that one, and leaving it running.`);
  return { address, uiUrl: `http://127.0.0.1:${devServer.uiPort}`, ended: new Promise(() => {}), stop: async () => {} };
}

async function ownServer(config: LoadedConfig): Promise<Server> {
  const { devServer, namespace, address, addressSource } = config;
  const server = await startDevServer({
    ...devServer,
    namespaces: namespace === 'default' ? [] : [namespace],
    log: terminal.say,
  });
  terminal.fact('Server', `${server.address} · data in ${relative('.', devServer.dataFile)}`);
  if (!address.endsWith(server.address.slice(server.address.lastIndexOf(':')))) {
    terminal.note(
      `Clients use ${address} (from ${addressSource}), not this server; set TEMPORAL_ADDRESS=${server.address} for them.`,
    );
  }
  return server;
}

const SOURCES = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);
const IGNORED = /(^|[\\/])(node_modules|dist|coverage|\.[^\\/]+)([\\/]|$)/;

/** The project below its configuration, and the folders of workflows and activities, which may be in another package. */
function watchSources(config: LoadedConfig, onChange: () => void) {
  const { configPath, workflowsPath, activitiesPath } = config;
  const roots = [...(configPath ? [configPath] : []), workflowsPath, activitiesPath].map((file) => dirname(file));
  const inside = (file: string) =>
    roots.map((root) => relative(root, file)).find((path) => !path.startsWith(`..${sep}`)) ?? file;
  let timer: NodeJS.Timeout | undefined;
  return watch(roots, {
    ignoreInitial: true,
    ignored: (file, stats) => IGNORED.test(inside(file)) || (stats?.isFile() === true && !SOURCES.has(extname(file))),
  }).on('all', (event) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    // An editor or a checkout writes many files at once.
    clearTimeout(timer);
    timer = setTimeout(onChange, 100);
  });
}
