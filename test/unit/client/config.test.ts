import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, loadConfig } from '../../../client/config.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-config-')));
  for (const name of Object.keys(process.env).filter((each) => /^(TEMPORAL|HOLDPOINT)_/.test(each)))
    vi.stubEnv(name, undefined);
  write('temporal.toml', '[profile.default]');
  vi.stubEnv('TEMPORAL_CONFIG_FILE', join(root, 'temporal.toml'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const load = () => loadConfig({ cwd: root });
const refusal = async () => {
  const error = await load().catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as Error).message;
};

describe('loadConfig', () => {
  it('has defaults for everything', async () => {
    expect(await load()).toEqual({
      address: 'localhost:7233',
      addressSource: 'the default',
      namespace: 'default',
      taskQueue: 'holdpoint',
      connectionOptions: { address: 'localhost:7233' },
      workflowsPath: join(root, 'workflows/index.ts'),
      activitiesPath: join(root, 'activities/index.ts'),
      activitiesAreNamed: false,
      devServer: { port: 7233, uiPort: 8233, dataFile: join(root, '.holdpoint/dev.db') },
      configPath: undefined,
    });
  });

  it('reads the nearest configuration upwards, and takes its paths from there', async () => {
    write(
      'temporal.config.ts',
      `interface Mine { taskQueue: string }
       const config: Mine & object = { taskQueue: 'mine', workflows: './src/flows.ts', devServer: { dataFile: 'data/x.db', port: 7400 } };
       export default config;`,
    );
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const config = await loadConfig({ cwd: join(root, 'a/b') });
    expect(config).toMatchObject({
      taskQueue: 'mine',
      workflowsPath: join(root, 'src/flows.ts'),
      configPath: join(root, 'temporal.config.ts'),
      address: 'localhost:7400',
      devServer: { port: 7400, uiPort: 8233, dataFile: join(root, 'data/x.db') },
    });
  });

  it.each(['ts', 'js', 'mjs'])('reads temporal.config.%s of a package without a type', async (extension) => {
    write('package.json', '{}');
    write(`temporal.config.${extension}`, "export default { namespace: 'mine' };");
    expect((await load()).namespace).toBe('mine');
  });

  it('lets variables win over profiles, and profiles over the file', async () => {
    write('temporal.config.ts', "export default { address: 'file:1', namespace: 'file', taskQueue: 'file' };");
    expect(await load()).toMatchObject({ address: 'file:1', addressSource: 'temporal.config.ts', namespace: 'file' });
    write('temporal.toml', '[profile.default]\naddress = "toml:2"\nnamespace = "toml"\n');
    expect(await load()).toMatchObject({ address: 'toml:2', namespace: 'toml', taskQueue: 'file' });
    vi.stubEnv('TEMPORAL_ADDRESS', 'env:3');
    vi.stubEnv('HOLDPOINT_TASK_QUEUE', 'env');
    expect(await load()).toMatchObject({
      address: 'env:3',
      addressSource: 'TEMPORAL_ADDRESS',
      namespace: 'toml',
      taskQueue: 'env',
    });
  });

  it('takes telemetry and the options of the worker as they are', async () => {
    const telemetry = {
      metrics: { otlp: { url: 'http://collector:4318/v1/metrics', headers: { authorization: 'Bearer t' } } },
      traces: { otlp: { url: 'http://collector:4318/v1/traces' } },
    };
    const worker = { maxTaskQueueActivitiesPerSecond: 0.5, maxCachedWorkflows: 0, shutdownGraceTime: '5 minutes' };
    write('temporal.config.ts', `export default ${JSON.stringify({ telemetry, worker })};`);
    expect(await load()).toMatchObject({ telemetry, worker });
  });

  it('turns TLS on with an API key', async () => {
    vi.stubEnv('TEMPORAL_API_KEY', 'key');
    expect((await load()).connectionOptions).toEqual({ address: 'localhost:7233', apiKey: 'key', tls: true });
  });

  it('takes a variable that is empty for one that is not set', async () => {
    for (const name of ['ADDRESS', 'NAMESPACE', 'API_KEY', 'TLS', 'PROFILE']) vi.stubEnv(`TEMPORAL_${name}`, '');
    expect((await load()).connectionOptions).toEqual({ address: 'localhost:7233' });
    write('temporal.toml', '[profile.default]\napi_key = "key"');
    expect((await load()).connectionOptions).toMatchObject({ apiKey: 'key', tls: true });
  });

  it.each([
    ["{ devServer: { port: '7233' } }", 'devServer.port: expected number, received string'],
    ['{ devServer: { port: 70000 } }', 'devServer.port: expected number to be <=65535'],
    ['{ devServer: { uiPort: 1.5 } }', 'devServer.uiPort: expected int, received number'],
    ['{ devServer: [] }', 'devServer: expected object, received array'],
    ["{ taskQueue: '' }", 'taskQueue: expected a text that is not empty'],
    ['{ workflows: null }', 'workflows: expected string, received null'],
    ["{ taskqueue: 'x' }", 'taskqueue: there is no such field; the fields are address, namespace, taskQueue'],
    ['{ devServer: { ui: 1 } }', 'devServer.ui: there is no such field; the fields are port, uiPort, dataFile'],
    ['{ encryption: { keys: 5 } }', 'encryption.keys: expected a list of keys, or a function that gives one'],
    ['{ encryption: { key: [] } }', 'encryption.key: there is no such field; the fields are keys'],
    [
      "{ externalStorage: { threshold: 5, folder: 'a', drivers: [] } }",
      'externalStorage: expected a folder, or drivers',
    ],
    [
      "{ externalStorage: { folder: 'a', threshold: 1e6 } }",
      'externalStorage.threshold: expected number to be <=262144',
    ],
    [
      "{ externalStorage: { drivers: ['s3'] } }",
      "externalStorage.drivers.0: expected a StorageDriver of Temporal's SDK",
    ],
    ["{ versioning: { buildId: '1' } }", 'versioning.deploymentName: expected string, received undefined'],
    [
      "{ versioning: { name: 'a' } }",
      'versioning.name: there is no such field; the fields are deploymentName, buildId',
    ],
    [
      '{ telemetry: { metrics: {} } }',
      "telemetry.metrics: expected { prometheus: '127.0.0.1:9464' } or { otlp: { url, headers? } }",
    ],
    [
      "{ telemetry: { metrics: { prometheus: 'localhost:9464' } } }",
      'telemetry.metrics.prometheus: expected an IP address and a port, as 127.0.0.1:9464',
    ],
    [
      "{ telemetry: { metrics: { prometheus: '127.0.0.1:70000' } } }",
      'telemetry.metrics.prometheus: expected an IP address and a port, as 127.0.0.1:9464',
    ],
    [
      "{ telemetry: { metrics: { prometheus: '1.2.3.400:9464' } } }",
      'telemetry.metrics.prometheus: expected an IP address and a port, as 127.0.0.1:9464',
    ],
    ["{ telemetry: { traces: { otlp: { url: 'collector' } } } }", 'telemetry.traces.otlp.url: expected an address'],
    [
      "{ telemetry: { traces: { otlp: { url: 'localhost:4318' } } } }",
      'telemetry.traces.otlp.url: expected an address',
    ],
    ["{ webUi: 'localhost:8233' }", 'webUi: expected an address, as https://temporal.example.com'],
    ['{ telemetry: { logs: 1 } }', 'telemetry.logs: there is no such field; the fields are metrics, traces'],
    [
      "{ telemetry: { metrics: { otlp: { url: 'http://collector', token: 'x' } } } }",
      'telemetry.metrics.otlp.token: there is no such field; the fields are url, headers',
    ],
    ["{ worker: { shutdownGraceTime: '5' } }", "worker.shutdownGraceTime: expected a duration, as '5 minutes'"],
    [
      '{ worker: { maxTaskQueueActivitiesPerSecond: 0 } }',
      'worker.maxTaskQueueActivitiesPerSecond: expected number to be >0',
    ],
    [
      '{ worker: { maxCached: 5 } }',
      'worker.maxCached: there is no such field; the fields are maxTaskQueueActivitiesPerSecond, maxCachedWorkflows',
    ],
    ["{ address: 'http://localhost:7233' }", 'address: expected host:port, received "http://localhost:7233"'],
    ["{ address: 'localhost:70000' }", 'address: expected host:port, received "localhost:70000"'],
    ['7', 'expected object, received number'],
  ])('refuses %s, naming file and field', async (value, problem) => {
    write('temporal.config.ts', `export default ${value};`);
    expect(await refusal()).toContain(`temporal.config.ts: ${problem}`);
  });

  it('refuses a file without a default export', async () => {
    write('temporal.config.ts', 'export const config = {};');
    expect(await refusal()).toContain('temporal.config.ts: expected a default export');
  });

  it('refuses a file that does not load', async () => {
    write('temporal.config.ts', "throw new Error('oops');");
    expect(await refusal()).toContain('temporal.config.ts cannot be loaded: oops');
  });

  it('refuses a path to nothing', async () => {
    await expect(loadConfig({ cwd: root, path: 'mine.ts' })).rejects.toThrow(
      `${join(root, 'mine.ts')}: there is no such file.`,
    );
  });

  it('names the field also where the file has a name of its own', async () => {
    write('temporal.openai.ts', "export default { address: 'here' };");
    await expect(loadConfig({ cwd: root, path: 'temporal.openai.ts' })).rejects.toThrow(
      'temporal.openai.ts: address: expected host:port, received "here".',
    );
  });

  it('names the variable that is wrong', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', 'localhost');
    expect(await refusal()).toBe('TEMPORAL_ADDRESS: expected host:port, received "localhost".');
    vi.stubEnv('TEMPORAL_PROFILE', 'prod');
    expect(await refusal()).toContain("Profile 'prod' not found");
    // The SDK would turn TLS off, also where the profile has it on.
    vi.stubEnv('TEMPORAL_TLS', 'yes');
    expect(await refusal()).toBe('TEMPORAL_TLS: expected true or false, received "yes".');
    vi.stubEnv('TEMPORAL_CONFIG_FILE', join(root, 'none.toml'));
    expect(await refusal()).toBe(`TEMPORAL_CONFIG_FILE: there is no file ${join(root, 'none.toml')}.`);
  });
});
