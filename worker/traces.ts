/**
 * Spans of workflows and activities, by Temporal's own OpenTelemetry plugin. Its packages are large and of interest to some:
 * whoever wants traces installs them.
 */
import type { WorkerPlugin } from '@temporalio/worker';
import { ConfigError } from '../client/config.ts';
import type { OtlpEndpoint } from '../workflows/protocol/config.ts';

export interface Traces {
  readonly plugin: WorkerPlugin;
  /** Sends what has not been sent. */
  shutdown(): Promise<void>;
}

const PACKAGES =
  '@temporalio/interceptors-opentelemetry @opentelemetry/sdk-trace-node@1 @opentelemetry/exporter-trace-otlp-http@0.57 @opentelemetry/resources@1';

/** @throws {ConfigError} where the packages are not installed */
export async function startTraces({ url, headers = {} }: OtlpEndpoint): Promise<Traces> {
  const [temporal, node, exporter, resources] = await packages();
  const named = new resources.Resource({ 'service.name': 'holdpoint' });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
  const resource = named.merge(resources.detectResourcesSync({ detectors: [resources.envDetectorSync] }));
  const spanProcessor = new node.BatchSpanProcessor(new exporter.OTLPTraceExporter({ url, headers: { ...headers } }));
  const provider = new node.NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  // For spans of activities and of what they call: a model of the AI SDK has its own.
  provider.register();
  return {
    plugin: new temporal.OpenTelemetryPlugin({ resource, spanProcessor }),
    shutdown: () => provider.shutdown(),
  };
}

function packages() {
  return Promise.all([
    import('@temporalio/interceptors-opentelemetry'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]).catch((cause: unknown) => {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`telemetry.traces: ${problem}. Install its packages: npm install ${PACKAGES}`, { cause });
  });
}
