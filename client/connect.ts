/** A client for the configured server: `temporal.config.ts`, TEMPORAL_* variables, TOML profiles. */
import { Client, Connection } from '@temporalio/client';
import { type ClientOptions, HoldpointClient } from './client.ts';
import { ConfigError, type ConnectionSettings, type LoadConfigOptions, loadConfig } from './config.ts';
import { configuredDataConverter } from './data-converter.ts';
import { ServerUnavailable } from './errors.ts';
import { AWAY, detailsOf, GRPC, grpcCode } from './server-call.ts';

const CONNECT_MS = 5_000;
const NOT_THERE: readonly (number | undefined)[] = [undefined, ...AWAY];

/**
 * What a history can have in one message. The SDK means 128 MB as well, but passes it under a name that gRPC does not
 * know, so that 4 MB is the limit.
 */
const CHANNEL = { 'grpc.max_receive_message_length': 128 * 1024 * 1024 };

export interface ConnectOptions extends ClientOptions, LoadConfigOptions {}

/**
 * Close it when done, or the process stays alive.
 * @throws {ServerUnavailable} naming the address and where it comes from
 * @throws {ConfigError} naming the field, or in the words of a server that refuses a key
 * @example
 * const client = await connect();
 */
export async function connect(options: ConnectOptions = {}): Promise<HoldpointClient> {
  const config = await loadConfig(options);
  const { address, addressSource, namespace, taskQueue, connectionOptions } = config;
  const dataConverter = await configuredDataConverter(config);
  const connection = Connection.lazy({ ...connectionOptions, channelArgs: CHANNEL, connectTimeout: CONNECT_MS });
  try {
    await connection.ensureConnected();
  } catch (error) {
    await connection.close();
    const code = grpcCode(error);
    if (NOT_THERE.includes(code)) {
      const source = `${addressSource}${tried(connectionOptions)}`;
      throw new ServerUnavailable(address, { cause: error, source, isLate: code === GRPC.deadlineExceeded });
    }
    // It is there and says no: a wrong key, say.
    const refusal = `The Temporal server at ${address} (from ${addressSource}) refuses: ${detailsOf(error)}`;
    throw new ConfigError(refusal, { cause: error });
  }
  return new HoldpointClient(new Client({ connection, namespace, dataConverter }), { taskQueue, ...options });
}

const THIS_MACHINE = /^(localhost|127\.[\d.]+|\[::1\]):/;

/** A server that speaks TLS and a client that does not, or the other way round, look like no server at all. */
export function tried({ address, tls, apiKey }: ConnectionSettings): string {
  if (tls ?? apiKey !== undefined) return ', over TLS';
  return THIS_MACHINE.test(address) ? '' : ', without TLS';
}
