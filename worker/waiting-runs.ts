/**
 * How many runs wait for a human, as a metric. The counters of a process do not say it, since a pause is often closed by
 * another process than opened it; the server's list of runs does.
 */
import { equals, IS_OPEN, WAITS } from '../client/executions.ts';
import { Runtime, type Worker } from '@temporalio/worker';
import { RUNS_WAITING } from '../workflows/protocol/metrics.ts';

const EVERY_MS = 30_000;

/** Asks the server every 30 seconds. Where the namespace has no search attributes of holdpoint's, there is no answer. */
export function measureWaitingRuns({ client, options }: Worker, workflowTypes: readonly string[]): void {
  const { logger, metricMeter } = Runtime.instance();
  const { namespace, taskQueue } = options;
  const gauge = metricMeter.createGauge(RUNS_WAITING);
  const measure = async () => {
    for (const workflowType of workflowTypes) {
      const which = [equals('WorkflowType', workflowType), equals('TaskQueue', taskQueue)];
      // A name that no query can hold is not counted.
      if (which.includes(undefined)) continue;
      const waiting = [IS_OPEN, WAITS, ...which];
      const { count } = await client!.workflow.count(waiting.join(' AND '));
      gauge.set(count, { namespace, taskQueue, workflowType });
    }
  };
  const attempt = () => {
    measure().catch((error: Error) => logger.debug(`${RUNS_WAITING} was not measured`, { error }));
  };
  attempt();
  setInterval(attempt, EVERY_MS).unref();
}
