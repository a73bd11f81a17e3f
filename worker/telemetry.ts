/** Temporal's Runtime, one a process, with the worker's log and the metrics of the configuration. */
import { type Logger, type MetricsExporterConfig, Runtime } from '@temporalio/worker';
import { ConfigError } from '../client/config.ts';
import type { Telemetry } from '../workflows/protocol/config.ts';
import { DECISION_SECONDS } from '../workflows/protocol/metrics.ts';

/** People take seconds or days; the SDK's own buckets end where the first of them begin. */
const BUCKETS = { [DECISION_SECONDS]: [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800] };

/** @throws {ConfigError} where metrics cannot be served at their address */
export function installRuntime(logger: Logger, { metrics }: Telemetry = {}): void {
  // What the native side says goes the same way as everything else.
  const logging = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
  const telemetryOptions = { logging, ...(metrics && { metrics: exporterOf(metrics) }) };
  try {
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions });
  } catch (cause) {
    throw new ConfigError(`telemetry.metrics: ${(cause as Error).message}`, { cause });
  }
}

function exporterOf(metrics: NonNullable<Telemetry['metrics']>): MetricsExporterConfig {
  if ('prometheus' in metrics) {
    return { prometheus: { bindAddress: metrics.prometheus, histogramBucketOverrides: BUCKETS } };
  }
  return { otel: { ...metrics.otlp, http: true, metricsExportInterval: '15s', histogramBucketOverrides: BUCKETS } };
}
