/** An agent's run: approve → done, and history events, beside a loop that is written by hand on the same activities. */
import { fileURLToPath } from 'node:url';
import { createWorker } from 'holdpoint/worker';
import { type Bench, latencies, takeTurns } from '../bench.ts';
import type { Table } from '../table.ts';
import { agents } from './agents.ts';
import { type AgentWay, measureAgent } from './measure.ts';

const AIM = { latency: 1.1, events: 1.2 } as const;

export async function compareAgents(bench: Bench, table: Table): Promise<void> {
  const { client, connection } = bench;
  const taskQueue = 'bench-agent';
  const workflowsPath = fileURLToPath(new URL('./with-holdpoint.ts', import.meta.url));
  const worker = await createWorker({ connection, taskQueue, workflowsPath, activities: { agents } });
  const ways: readonly AgentWay[] = ['agentByHand', 'agentStep'];
  const samples = await worker.runUntil(takeTurns(bench, ways, (way) => measureAgent(client, taskQueue, way)));
  latencies(table, 'approve → done', samples, ({ done }) => done, { agentStep: AIM.latency });

  const [byHand, ours] = ways.map((way) => samples.get(way)![0]!);
  table.head('', ['by hand', 'holdpoint']);
  for (const [title, key] of [
    ['events at the pause', 'eventsAtPause'],
    ['events at the end', 'eventsAtEnd'],
  ] as const) {
    table.line(title, '', [`${byHand![key]}`, `${ours![key]}`], ours![key] / byHand![key], AIM.events);
  }
}
