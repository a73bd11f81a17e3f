/** holdpoint in a Worker that you have already: one plugin, and everything else stays as it is. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { holdpointPlugin } from 'holdpoint/worker';

const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
const worker = await Worker.create({
  connection,
  taskQueue: 'holdpoint',
  workflowsPath: fileURLToPath(new URL('../00-smallest/workflows.ts', import.meta.url)),
  plugins: [holdpointPlugin()],
});
await worker.run();
await connection.close();
