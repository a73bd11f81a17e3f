/**
 * A process, started with the command's name and a folder: lets the Temporal SDK download that server into the folder.
 * The SDK has no call for the download alone, so it also starts the server, and stops it at once.
 */
import { Runtime } from '@temporalio/worker';
import { reasonOf } from '../workflows/define/reason.ts';
import { SDK_DOWNLOAD_DONE, SDK_VERSION } from './fetch-binary.ts';

async function download(command: string, downloadDir: string): Promise<void> {
  Runtime.install({ shutdownSignals: [] });
  const runtime = Runtime.instance();
  const exe = {
    type: 'cached-download',
    downloadDir,
    version: 'default',
    ttl: 24 * 60 * 60 * 1000,
    sdkName: 'sdk-typescript',
    sdkVersion: SDK_VERSION,
  } as const;
  const common = { exe, port: null, extraArgs: [] };
  const server = await runtime.createEphemeralServer(
    command === 'temporal'
      ? {
          type: 'dev-server',
          ...common,
          namespace: 'default',
          ip: '127.0.0.1',
          uiPort: null,
          dbFilename: null,
          ui: false,
          log: { format: 'pretty', level: 'error' },
        }
      : { type: 'time-skipping', ...common },
  );
  await runtime.shutdownEphemeralServer(server);
}

const [command = '', folder = ''] = process.argv.slice(2);
const answer = await download(command, folder).then(() => SDK_DOWNLOAD_DONE, reasonOf);
process.send?.(answer, () => process.exit());
