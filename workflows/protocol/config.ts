/** `temporal.config.ts`: where the server is, what runs, who may read it, and how the embedded server starts. */
import type { StorageDriver } from '@temporalio/common';
import type { DurationString } from '../define/duration.ts';

export interface EncryptionKey {
  /** Stands beside each payload, in the clear: letters, digits and `._:/-`. It names one key for ever. */
  readonly id: string;
  /** 32 bytes in base64; from the environment, never from the file itself. */
  readonly key: string | undefined;
}

export interface Encryption {
  /** The first encrypts, all decrypt. A function is called when client or worker starts: for keys of a KMS. */
  readonly keys: readonly EncryptionKey[] | (() => readonly EncryptionKey[] | Promise<readonly EncryptionKey[]>);
}

/** Where large payloads are kept; `threshold`: bytes from which one is large, at most 262144, the default. */
export type ExternalStorageOptions = { readonly threshold?: number } & (
  | {
      /** Payloads as files; relative to the configuration. Clients and workers need the same folder. */
      readonly folder: string;
    }
  | {
      /** The SDK's (experimental there). The first stores, all retrieve. */
      readonly drivers: readonly StorageDriver[];
    }
);

/** Where metrics or traces are sent, by the OpenTelemetry protocol over HTTP. */
export interface OtlpEndpoint {
  /** With the path: `http://collector:4318/v1/metrics`, `http://collector:4318/v1/traces`. */
  readonly url: string;
  /** Sent with each request: a token, say, from the environment. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Telemetry {
  /** Metrics of Temporal's SDK and of holdpoint: an address to be scraped at (`127.0.0.1:9464`, path `/metrics`), or sent. */
  readonly metrics?: { readonly prometheus: string } | { readonly otlp: OtlpEndpoint };
  /** Spans of workflows and activities. Needs the packages that docs/operations.md names. */
  readonly traces?: { readonly otlp: OtlpEndpoint };
}

/** Options of Temporal's Worker, under its names. */
export interface WorkerSettings {
  /**
   * Activities that the server hands out from the task queue in a second, to all of its workers together: give all of them
   * the same. Default: no limit.
   */
  readonly maxTaskQueueActivitiesPerSecond?: number;
  /** Runs that the worker keeps in memory. Default: by the heap limit, at most 1000; a paused run needs no place. */
  readonly maxCachedWorkflows?: number;
  /** How long activities may go on after the first SIGTERM before they are cancelled. Default `10 seconds`. */
  readonly shutdownGraceTime?: DurationString;
}

export interface HoldpointConfig {
  /** Default `localhost:7233`; `TEMPORAL_ADDRESS` wins. */
  readonly address?: string;
  /** Default `default`; `TEMPORAL_NAMESPACE` wins. */
  readonly namespace?: string;
  /** Default `holdpoint`; `HOLDPOINT_TASK_QUEUE` wins. */
  readonly taskQueue?: string;
  /** The module that exports the workflows, relative to the configuration. Default `workflows/index.ts`. */
  readonly workflows?: string;
  /** The module that exports the activities, relative to the configuration. Default `activities/index.ts`. */
  readonly activities?: string;
  /** A webhook that is told of every pause: see `webhook` of `holdpoint/worker`. Take the secret from the environment. */
  readonly onPause?: { readonly url: string; readonly secret: string; readonly remindBefore?: DurationString };
  /** Encrypts every payload before it leaves client or worker. Default: nothing is encrypted. */
  readonly encryption?: Encryption;
  /**
   * Keeps payloads of up to 20 MB out of the server's database, which takes 2 MB. All clients and workers need the same.
   * Default: a step whose data are too large fails with `holdpoint.TooLarge`. Experimental, as in Temporal's SDK.
   */
  readonly externalStorage?: ExternalStorageOptions;
  /**
   * Temporal's Worker Versioning, for `holdpoint worker`: runs stay with the version of the worker that they were started
   * on (pinned). `buildId` names the version; default: a hash of the workflow code.
   */
  readonly versioning?: { readonly deploymentName: string; readonly buildId?: string };
  /** Metrics and traces of `holdpoint worker`. Default: none. */
  readonly telemetry?: Telemetry;
  /** For `holdpoint worker`. */
  readonly worker?: WorkerSettings;
  /** Address of the Web UI: for links, and the one that may use the codec endpoint. Default `http://localhost:8233`. */
  readonly webUi?: string;
  /** The embedded server of `holdpoint dev`. */
  readonly devServer?: {
    /** Default 7233. */
    readonly port?: number;
    /** Web UI. Default 8233. */
    readonly uiPort?: number;
    /** SQLite file, relative to the configuration: paused runs survive a restart. Default `.holdpoint/dev.db`. */
    readonly dataFile?: string;
  };
}

/**
 * Gives `temporal.config.ts` its types.
 * @example
 * export default defineConfig({ taskQueue: 'pipelines', workflows: './workflows/index.ts' });
 */
export function defineConfig(config: HoldpointConfig): HoldpointConfig {
  return config;
}
