/** `holdpoint/worker`: everything that runs workflows and activities, and the binaries for it. */
export {
  ConfigError,
  type ConnectionSettings,
  type LoadedConfig,
  loadConfig,
  type LoadConfigOptions,
} from '../client/config.ts';
export { encryptedDataConverter } from '../client/encryption.ts';
export { storedDataConverter } from '../client/external-storage.ts';
export { fileStorage } from '../client/file-storage.ts';
export {
  type OnPause,
  type PauseNotification,
  verifyWebhook,
  webhook,
  type WebhookOptions,
} from '../activities/on-pause.ts';
export { BinaryNotFoundError, type BinaryName, resolveBinary, type ResolveBinaryOptions } from './binaries.ts';
export { BundleError, bundleWorkflows, type WorkflowBundle } from './bundle.ts';
export { createWorker, type CreateWorkerOptions } from './create-worker.ts';
export { type DevServer, DevServerError, type DevServerOptions, startDevServer } from './dev-server.ts';
export { holdpointPlugin, type HoldpointPluginOptions } from './plugin.ts';
// What configurations and notifications are made of, as `holdpoint` exports it.
export type { HoldpointConfig, OpenPause, OpenTool } from '../workflows/protocol/index.ts';
