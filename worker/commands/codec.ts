/** `holdpoint codec`: the codec endpoint, through which the Web UI and the Temporal CLI read what is encrypted. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { defined } from '../../workflows/define/defined.ts';
import { CliError } from '../../client/cli/exit.ts';
import { ConfigError, type LoadedConfig, loadConfig } from '../../client/config.ts';
import { createEncryptionCodec } from '../../client/encryption.ts';
import { codecEndpoint } from '../codec-endpoint.ts';
import { untilStopSignal } from '../signals.ts';
import { terminal } from '../terminal.ts';

export interface CodecCommandOptions {
  readonly config?: string;
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export async function codec({ config: path, host, port }: CodecCommandOptions): Promise<void> {
  const config = await loadConfig({ path });
  const { encryption, namespace } = config;
  if (!encryption)
    throw new ConfigError(
      'encryption: temporal.config.ts has none, so there is no key. Add encryption: { keys: [{ id, key }] } to it.',
    );
  const token = process.env.HOLDPOINT_CODEC_TOKEN || undefined;
  if (token === undefined && !LOOPBACK.includes(host)) {
    throw new CliError('usage', `--host ${host}: set HOLDPOINT_CODEC_TOKEN, or whoever reaches it can read every run.`);
  }
  const origins = originsOf(config);
  const own = await createEncryptionCodec(encryption);
  const endpoint = codecEndpoint(defined({ codec: own, origins, namespace, token }));
  const server = createAdaptorServer(endpoint);
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new CliError('error', `The codec endpoint cannot listen at ${host}, port ${port}: ${error.message}.`);
  });
  terminal.done(`Codec endpoint ready at http://${host}:${(server.address() as AddressInfo).port}`);
  terminal.say(`for the Web UI at ${origins.join(' and ')}, namespace '${namespace}'`);
  await untilStopSignal();
}

function originsOf({ webUi, devServer }: LoadedConfig): string[] {
  if (webUi === undefined) return ['localhost', '127.0.0.1'].map((host) => `http://${host}:${devServer.uiPort}`);
  return [new URL(webUi).origin];
}
