/**
 * Where the server is and what runs: `temporal.config.ts`, checked, with Temporal's own settings on top.
 * TEMPORAL_* variables and TOML profiles win over the file, the file wins over the defaults.
 */
import { existsSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import type { ConnectionOptions } from '@temporalio/client';
import type { StorageDriver } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { defined } from '../workflows/define/defined.ts';
import { durationMs } from '../workflows/define/duration.ts';
import { STORE_FROM_LIMIT } from '../workflows/define/payload-limit.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import type { HoldpointConfig } from '../workflows/protocol/config.ts';
import { defaultExport, importModule } from './import-module.ts';

/** A configuration that cannot be used: the file or variable, the field, and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What a connection needs: for the client's `Connection` as for the worker's `NativeConnection`. */
export interface ConnectionSettings {
  readonly address: string;
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  readonly apiKey?: string;
  readonly metadata?: Record<string, string>;
}

export interface LoadedConfig {
  readonly address: string;
  /** What the address was taken from, for messages. */
  readonly addressSource: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly connectionOptions: ConnectionSettings;
  /** Absolute; the file need not exist. */
  readonly workflowsPath: string;
  /** Absolute; the file need not exist. */
  readonly activitiesPath: string;
  /** The configuration says so; else it is where they are if there are any. */
  readonly activitiesAreNamed: boolean;
  readonly onPause: HoldpointConfig['onPause'];
  /** Its keys are read where they are used: see `encryptedDataConverter`. */
  readonly encryption: HoldpointConfig['encryption'];
  /** Its folder is absolute. */
  readonly externalStorage: HoldpointConfig['externalStorage'];
  readonly versioning: HoldpointConfig['versioning'];
  readonly telemetry: HoldpointConfig['telemetry'];
  readonly worker: HoldpointConfig['worker'];
  readonly webUi: string | undefined;
  readonly devServer: { readonly port: number; readonly uiPort: number; readonly dataFile: string };
  /** The file that was read; `undefined` when there is none. */
  readonly configPath: string | undefined;
}

export interface LoadConfigOptions {
  /** The configuration itself; default: the nearest one from `cwd` upwards. */
  readonly path?: string | undefined;
  readonly cwd?: string;
}

const FILE_NAMES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `temporal.config.${extension}`);

const LAST_PORT = 65_535;
/** NaN where there is none. */
const portOf = (address: string): number => Number(/:(\d+)$/.exec(address)?.[1]);

const text = z.string().min(1, 'expected a text that is not empty');
/** The server refuses others when the worker already waits for work, and the worker says nothing. */
const deploymentName = z.string().regex(/^[^.:]+$/, "expected a name without '.' and ':'");
const threshold = z.int().min(0).max(STORE_FROM_LIMIT);
const driver = z.custom<StorageDriver>(
  (value) => typeof (value as Partial<StorageDriver> | null)?.retrieve === 'function',
  "expected a StorageDriver of Temporal's SDK",
);
/** As Temporal's SDK takes it: it knows no names of hosts. */
const socketAddress = z.string().refine((address) => {
  const [, v4 = '', v6 = ''] = /^(?:([^:]+)|\[(.+)\]):\d+$/.exec(address) ?? [];
  return (isIPv4(v4) || isIPv6(v6)) && portOf(address) <= LAST_PORT;
}, 'expected an IP address and a port, as 127.0.0.1:9464');
const port = z.int().min(0).max(LAST_PORT);
/** `localhost:4318` is one to `URL`, with `localhost:` for its protocol. */
const http = /^https?$/;
const otlp = z.strictObject({
  url: z.url({ protocol: http, error: 'expected an address, as http://collector:4318/v1/metrics' }),
  headers: z.record(z.string(), z.string()).optional(),
});

const schema = z.strictObject({
  address: text.optional(),
  namespace: text.optional(),
  taskQueue: text.optional(),
  workflows: text.optional(),
  activities: text.optional(),
  onPause: z.strictObject({ url: text, secret: text, remindBefore: text.optional() }).optional(),
  encryption: z
    .strictObject({
      keys: z.custom(
        (keys) => Array.isArray(keys) || typeof keys === 'function',
        'expected a list of keys, or a function that gives one',
      ),
    })
    .optional(),
  externalStorage: z
    .strictObject({ folder: text.optional(), drivers: z.array(driver).optional(), threshold: threshold.optional() })
    .refine(
      ({ folder, drivers }) => (folder === undefined) !== (drivers === undefined),
      'expected a folder, or drivers',
    )
    .optional(),
  versioning: z.strictObject({ deploymentName, buildId: text.optional() }).optional(),
  telemetry: z
    .strictObject({
      metrics: z
        .union(
          [z.strictObject({ prometheus: socketAddress }), z.strictObject({ otlp })],
          "expected { prometheus: '127.0.0.1:9464' } or { otlp: { url, headers? } }",
        )
        .optional(),
      traces: z.strictObject({ otlp }).optional(),
    })
    .optional(),
  worker: z
    .strictObject({
      maxTaskQueueActivitiesPerSecond: z.number().positive().optional(),
      maxCachedWorkflows: z.int().min(0).optional(),
      shutdownGraceTime: z
        .custom((time) => durationMs(time) !== undefined, "expected a duration, as '5 minutes'")
        .optional(),
    })
    .optional(),
  webUi: z.url({ protocol: http, error: 'expected an address, as https://temporal.example.com' }).optional(),
  devServer: z.strictObject({ port: port.optional(), uiPort: port.optional(), dataFile: text.optional() }).optional(),
});

/** @throws {ConfigError} that names the file or variable and the field. */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const cwd = resolve(options.cwd ?? '.');
  const configPath = options.path === undefined ? findConfig(cwd) : resolve(cwd, options.path);
  const config = configPath === undefined ? {} : await readConfig(configPath);
  const root = configPath === undefined ? cwd : dirname(configPath);
  const devServer = {
    port: config.devServer?.port ?? 7233,
    uiPort: config.devServer?.uiPort ?? 8233,
    dataFile: resolve(root, config.devServer?.dataFile ?? '.holdpoint/dev.db'),
  };
  return {
    ...connectionOf(config, configPath, `localhost:${devServer.port}`),
    taskQueue: process.env.HOLDPOINT_TASK_QUEUE || (config.taskQueue ?? 'holdpoint'),
    workflowsPath: resolve(root, config.workflows ?? 'workflows/index.ts'),
    activitiesPath: resolve(root, config.activities ?? 'activities/index.ts'),
    activitiesAreNamed: config.activities !== undefined,
    onPause: config.onPause,
    encryption: config.encryption,
    externalStorage: inFolder(root, config.externalStorage),
    versioning: config.versioning,
    telemetry: config.telemetry,
    worker: config.worker,
    webUi: config.webUi,
    devServer,
    configPath,
  };
}

function inFolder(root: string, storage: HoldpointConfig['externalStorage']): HoldpointConfig['externalStorage'] {
  return storage && 'folder' in storage ? { ...storage, folder: resolve(root, storage.folder) } : storage;
}

function findConfig(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = FILE_NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (found || folder === dirname(folder)) return found;
  }
}

async function readConfig(file: string): Promise<HoldpointConfig> {
  if (!existsSync(file)) throw new ConfigError(`${file}: there is no such file.`);
  const name = basename(file);
  const module = await importModule(file).catch((error: unknown) => {
    throw new ConfigError(`${name} cannot be loaded: ${reasonOf(error)} (${file})`, { cause: error });
  });
  return checkedConfig(defaultExport(module), file);
}

/** @param value what the file exports @throws {ConfigError} */
export function checkedConfig(value: unknown, file: string): HoldpointConfig {
  const name = basename(file);
  if (value === undefined) {
    throw new ConfigError(`${name}: expected a default export, \`export default defineConfig({ … })\`. (${file})`);
  }
  const { data, error } = schema.safeParse(value);
  if (error)
    throw new ConfigError(`${error.issues.map((issue) => `${name}: ${sentence(issue)}`).join('\n')}\n(${file})`);
  return data as HoldpointConfig;
}

function sentence(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path).join(', ');
    return `${[...issue.path, issue.keys.join(', ')].join('.')}: there is no such field; the fields are ${known}`;
  }
  const problem = issue.message.replace(/^(Invalid input|Too big|Too small): /, '');
  return field ? `${field}: ${problem}` : problem;
}

/** The fields that there are where a path leads. */
function fieldsAt(type: unknown, path: readonly PropertyKey[]): string[] {
  if (type instanceof z.ZodOptional) return fieldsAt(type.unwrap(), path);
  if (type instanceof z.ZodUnion) return type.options.flatMap((each) => fieldsAt(each, path));
  if (!(type instanceof z.ZodObject)) return [];
  const [key, ...rest] = path;
  return key === undefined ? Object.keys(type.shape) : fieldsAt(type.shape[String(key)], rest);
}

type ConnectionPart = Pick<LoadedConfig, 'address' | 'addressSource' | 'namespace' | 'connectionOptions'>;

function connectionOf(config: HoldpointConfig, configPath: string | undefined, fallback: string): ConnectionPart {
  const { connectionOptions: settings, namespace } = temporalSettings();
  const file = basename(configPath ?? '');
  const [address, addressSource] = process.env.TEMPORAL_ADDRESS
    ? [process.env.TEMPORAL_ADDRESS, 'TEMPORAL_ADDRESS']
    : settings.address
      ? [settings.address, 'the Temporal configuration profile']
      : config.address
        ? [config.address, file]
        : [fallback, 'the default'];
  if (!/^[^\s/]+:\d+$/.test(address) || portOf(address) > LAST_PORT) {
    const field = addressSource === file ? `${addressSource}: address` : addressSource;
    throw new ConfigError(`${field}: expected host:port, received ${JSON.stringify(address)}.`);
  }
  const { tls, apiKey, metadata } = settings;
  return {
    address,
    addressSource,
    namespace: namespace || (config.namespace ?? 'default'),
    connectionOptions: defined({
      ...{ address, tls: tls ?? undefined, apiKey },
      metadata: metadata as Record<string, string> | undefined,
    }),
  };
}

/** What the SDK would pass over, and then connect to another server, or in the clear: a variable left empty, for instance. */
function temporalSettings() {
  const given = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const overrideEnvVars: Record<string, string> = Object.fromEntries(given);
  const { TEMPORAL_CONFIG_FILE: file, TEMPORAL_TLS: isOn = 'true' } = overrideEnvVars;
  if (file !== undefined && !existsSync(file)) throw new ConfigError(`TEMPORAL_CONFIG_FILE: there is no file ${file}.`);
  if (!/^(true|false|1|0)$/.test(isOn)) {
    throw new ConfigError(`TEMPORAL_TLS: expected true or false, received ${JSON.stringify(isOn)}.`);
  }
  try {
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    throw new ConfigError(`The TEMPORAL_* variables or the Temporal profile are wrong: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
