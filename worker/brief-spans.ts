/**
 * Temporal's OpenTelemetry plugin puts all that is known of a run on each of its workflow's spans – the memo with questions
 * and outputs, the result of the run before –, decrypted. Spans go to a collector, so they get ids and names only.
 */
import type { WorkerOptions, WorkerPlugin } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';

const TRACES_PLUGIN = 'OpenTelemetryPlugin';

const TOLD = [
  ...(['namespace', 'taskQueue', 'workflowType', 'workflowId', 'runId', 'firstExecutionRunId'] as const),
  ...(['attempt', 'historyLength', 'historySize'] as const),
];

/** Comes after the plugin that makes the spans. */
export const briefSpans: WorkerPlugin = {
  name: 'holdpoint.briefSpans',
  configureWorker(options: WorkerOptions): WorkerOptions {
    const { plugins = [], sinks = {} } = options;
    const spans = plugins.some(({ name }) => name === TRACES_PLUGIN) && sinks.exporter?.export;
    if (!spans) return options;
    const fn: typeof spans.fn = (info, ...given) => spans.fn(brief(info), ...given);
    return { ...options, sinks: { ...sinks, exporter: { ...sinks.exporter, export: { ...spans, fn } } } };
  },
};

function brief(info: WorkflowInfo): WorkflowInfo {
  return Object.fromEntries(TOLD.map((name) => [name, info[name]])) as never;
}
