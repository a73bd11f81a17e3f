/**
 * Spans of workflows and activities, by Temporal's own OpenTelemetry plugin. Its packages are large and of interest to some:
 * whoever wants traces installs them.
 */
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { WorkerPlugin } from '@temporalio/worker';
import { reasonOf } from '../workflows/define/reason.ts';
import { ConfigError } from '../client/config.ts';
import type { OtlpEndpoint } from '../workflows/protocol/config.ts';

export interface Traces {
  readonly plugin: WorkerPlugin;
  /** Sends what has not been sent. */
  shutdown(): Promise<void>;
}

const PACKAGES =
  '@temporalio/interceptors-opentelemetry @opentelemetry/sdk-trace-node@1 @opentelemetry/exporter-trace-otlp-http@0.57 @opentelemetry/resources@1';

/**
 * @param warn is told when spans do not get to the collector: the exporter itself says nothing
 * @throws {ConfigError} where the packages are not installed
 */
export async function startTraces(
  { url, headers = {} }: OtlpEndpoint,
  warn: (message: string) => void = () => {},
): Promise<Traces> {
  const [temporal, node, exporter, resources] = await packages();
  const named = new resources.Resource({ 'service.name': 'holdpoint' });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
  const resource = named.merge(resources.detectResourcesSync({ detectors: [resources.envDetectorSync] }));
  const otlp = new exporter.OTLPTraceExporter({ url, headers: { ...headers } });
  const spanProcessor = new node.BatchSpanProcessor(telling(otlp, (reason) => warn(lost(url, reason))));
  const provider = new node.NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  // For spans of activities and of what they call: a model of the AI SDK has its own.
  provider.register();
  return {
    plugin: new temporal.OpenTelemetryPlugin({ resource, spanProcessor }),
    // What could not be sent has been told; a worker that has done all of its work has not failed.
    shutdown: () => provider.shutdown().catch(() => {}),
  };
}

/** Of the address only where it is: the rest may have a token in it. */
function lost(url: string, reason: string): string {
  return `telemetry.traces: spans are lost, ${new URL(url).origin} does not take them: ${reason}. Runs go on without them.`;
}

/** The exporter, which says once of each outage why it cannot send. */
function telling(exporter: SpanExporter, failed: (reason: string) => void): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const { error } = result;
        // A refused connection to a name of several addresses has a code and no message.
        if (error && !failing) failed(error.message || String((error as NodeJS.ErrnoException).code));
        failing = error !== undefined;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function packages() {
  return Promise.all([
    import('@temporalio/interceptors-opentelemetry'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]).catch((cause: unknown) => {
    throw new ConfigError(`telemetry.traces: ${reasonOf(cause)}. Install its packages: npm install ${PACKAGES}`, {
      cause,
    });
  });
}
