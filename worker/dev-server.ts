/**
 * The embedded server: the Temporal CLI's dev server as a child process, tuned (three times faster than as shipped),
 * with holdpoint's search attributes, on this machine only.
 *
 * It ends with this process, however that ends: it holds a pipe to us, and a closed pipe stops it. (Not on Windows:
 * there a process that is killed leaves its server running.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveBinary } from './binaries.ts';
import { freePort, isFree, listens } from './ports.ts';
import { probeServer } from './probe.ts';
import { SEARCH_ATTRIBUTE_FLAGS } from './search-attributes.ts';

export interface DevServerOptions {
  /** 0: any free one. Default 0. */
  readonly port?: number;
  /** Web UI; 0: any free one. Default 0. */
  readonly uiPort?: number;
  /** SQLite file; without one everything is in memory. */
  readonly dataFile?: string;
  /** Namespaces beside `default`. */
  readonly namespaces?: readonly string[];
  /** Path of the Temporal CLI; default: found or fetched. */
  readonly executable?: string;
  /** Progress, and what the server itself has to say. */
  readonly log?: (line: string) => void;
}

export interface DevServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Settles when the server has ended, by `stop` or by itself. */
  readonly ended: Promise<void>;
  /** Stops the server and waits until it is gone. */
  stop(): Promise<void>;
}

export class DevServerError extends Error {
  override readonly name = 'DevServerError';
}

const HOST = '127.0.0.1';
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/** The server has ended before it served. */
class EndedAtStart extends DevServerError {}

/** The server takes ports of its own beside ours, free ones when it looks; another process may be quicker. */
const STARTS = 3;

/** Starts the server and waits until it serves. @throws {DevServerError} */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const log = options.log ?? (() => {});
  const executable = options.executable ?? (await resolveBinary('cli', { onProgress: log }));
  if (options.dataFile !== undefined) await refuseSharedData(options.dataFile);
  for (let start = 1; ; start += 1) {
    try {
      return await startOnce(executable, options, log);
    } catch (error) {
      if (!(error instanceof EndedAtStart) || start === STARTS) throw error;
    }
  }
}

async function startOnce(
  executable: string,
  options: DevServerOptions,
  log: (line: string) => void,
): Promise<DevServer> {
  const port = await portFor('port', options.port);
  const uiPort = await portFor('uiPort', options.uiPort);
  const address = `${HOST}:${port}`;
  const server = new ServerProcess(executable, flags(port, uiPort, options), log);
  try {
    await server.untilServing(address, options.namespaces ?? []);
    if (options.dataFile !== undefined) await writeFile(ownerFile(options.dataFile), `${server.pid} ${address}`);
  } catch (error) {
    await server.stop('at once');
    throw error;
  }
  return {
    address,
    uiUrl: `http://${HOST}:${uiPort}`,
    pid: server.pid,
    ended: server.ended.then(() => {}),
    stop: () => server.stop(options.dataFile === undefined ? 'at once' : 'in order'),
  };
}

/** Who serves a data file: two servers on one file would each undo what the other wrote. */
function ownerFile(dataFile: string): string {
  return `${dataFile}.server`;
}

async function refuseSharedData(dataFile: string): Promise<void> {
  await mkdir(dirname(dataFile), { recursive: true });
  const [pid, address] = (await readFile(ownerFile(dataFile), 'utf8').catch(() => '')).split(' ');
  if (!address || !isAlive(Number(pid)) || !(await listens(address))) return;
  throw new DevServerError(
    `Another server uses ${dataFile}: the one at ${address}, process ${pid}. Use that one, stop it, or set ` +
      'devServer.dataFile in temporal.config.ts to another file.',
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function portFor(field: 'port' | 'uiPort', wanted = 0): Promise<number> {
  if (wanted === 0) return freePort(HOST);
  if (await isFree(wanted, HOST)) return wanted;
  const use = field === 'port' ? 'server' : 'Web UI';
  throw new DevServerError(
    `Port ${wanted} for the embedded ${use} is taken. Stop what listens there, or set devServer.${field} in ` +
      'temporal.config.ts to another port (0 takes any free one).',
  );
}

/** Where the server as shipped is slow for what it is used for here: many short workflow tasks, with search attributes. */
const DYNAMIC_CONFIG = [
  // It polls its transfer queue some 20 times a second: 40 ms for every task.
  'history.transferProcessorMaxPollRPS=2000',
  // It reads namespace and cluster from its database for each search attribute that it writes or shows.
  'system.forceSearchAttributesCacheRefreshOnRead=false',
  // It goes through all tasks of the last half minute for each that is new.
  'history.transferProcessorUpdateAckInterval="3s"',
  'history.visibilityProcessorUpdateAckInterval="3s"',
];

function flags(port: number, uiPort: number, { dataFile, namespaces = [] }: DevServerOptions): string[] {
  return [
    ...['server', 'start-dev', '--ip', HOST, '--port', `${port}`, '--ui-port', `${uiPort}`],
    ...['--log-level', 'error', '--ui-disable-news-fetch'],
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    // Survives a kill of the server, not a power cut.
    ...(dataFile === undefined
      ? []
      : ['--db-filename', dataFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal']),
    ...namespaces.flatMap((name) => ['--namespace', name]),
    ...SEARCH_ATTRIBUTE_FLAGS.flatMap((flag) => ['--search-attribute', flag]),
  ];
}

/**
 * The shell becomes the server; a watcher beside it kills it when the pipe from us closes without a word. At once, so
 * that a next process finds port and data file free; write-ahead logging bears it.
 */
const GUARD = 'exec 3<&0 </dev/null; (read -r _ <&3 || kill -KILL "$$") >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

class ServerProcess {
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  /** What a server that cannot start says first is why. */
  #firstWords = '';
  /** Who serves at the port may be another process, quicker than this one. */
  #isUp = false;
  /** A server that stops calls its own cancelled work errors. */
  #stopping = false;

  constructor(executable: string, args: readonly string[], log: (line: string) => void) {
    this.#child = spawnGuarded(executable, args);
    this.pid = this.#child.pid ?? 0;
    // Its output is a banner, which says less than we know: that it is up. Its errors are worth showing.
    this.#child.stdout?.on('data', () => {
      this.#isUp = true;
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#firstWords = (this.#firstWords + chunk).slice(0, 2_000);
      if (!this.#stopping) for (const line of String(chunk).split('\n').filter(Boolean)) log(line);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => {
        this.#child.stdin?.end('ended\n');
        resolve(signal ?? `exit code ${code}`);
      });
    });
    this.#child.stdin?.on('error', () => {});
  }

  async untilServing(address: string, namespaces: readonly string[]): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    let end: string | undefined;
    void this.ended.then((how) => {
      end = how;
    });
    for (;;) {
      // A gRPC client backs off when nobody listens yet, so it gets to ask once somebody does.
      const { serves, problem } = (await listens(address))
        ? await probeServer(address, ['default', ...namespaces])
        : { serves: false, problem: 'nothing listens there' };
      if (end !== undefined) throw new EndedAtStart(this.#describe(`ended while it started (${end})`));
      if (serves && this.#isUp) return;
      if (Date.now() > deadline)
        throw new DevServerError(
          this.#describe(`did not serve at ${address} in time (${problem ?? 'another server does'})`),
        );
      await sleep(30);
    }
  }

  /** `at once`: for a server that keeps nothing. */
  async stop(how: 'in order' | 'at once'): Promise<void> {
    this.#stopping = true;
    this.#child.kill(how === 'at once' ? 'SIGKILL' : 'SIGTERM');
    const giveUp = new AbortController();
    const kill = sleep(STOP_DEADLINE_MS, undefined, { signal: giveUp.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    );
    await this.ended;
    giveUp.abort();
    await kill;
  }

  #describe(problem: string): string {
    const said = this.#firstWords.trim() || 'nothing';
    const advice = /not a database|malformed/.test(said)
      ? '\nIts data file is broken: move it away, or set devServer.dataFile.'
      : '';
    return `The embedded Temporal server ${problem}. It said: ${said}${advice}`;
  }
}

/** In a process group of its own: Ctrl-C in a terminal must not stop the server before the workers that use it. */
function spawnGuarded(executable: string, args: readonly string[]): ChildProcess {
  const options = { stdio: 'pipe', detached: true } as const;
  return process.platform === 'win32'
    ? spawn(executable, args, { stdio: 'pipe', windowsHide: true })
    : spawn('/bin/sh', ['-c', GUARD, executable, ...args], options);
}
