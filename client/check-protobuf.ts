/** Whether the SDK can store payloads as it is installed here. */
import { createRequire } from 'node:module';
import { ConfigError } from './config.ts';

/**
 * The SDK's packages tell a reference from other payloads by classes of protobufjs, so that they need one and the same. npm
 * installs it beside holdpoint, which names it as a peer; where another package has put an older one there, each has its own.
 * @param resolve the file of protobufjs that a package of the SDK loads
 * @throws {ConfigError}
 */
export function checkProtobuf(resolve: (sdkPackage: string) => string = protobufOf): void {
  const [common, proto] = ['@temporalio/common', '@temporalio/proto'].map(resolve);
  if (common === proto) return;
  throw new ConfigError(
    `externalStorage: Temporal's packages have protobufjs twice, and so cannot store payloads (${common}, ${proto}). ` +
      'Install one for all: npm install protobufjs@^8.7.1',
  );
}

function protobufOf(sdkPackage: string): string {
  const from = createRequire(import.meta.url).resolve(sdkPackage);
  return createRequire(from).resolve('protobufjs');
}
