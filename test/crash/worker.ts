/** A worker process that a test can kill. It says `ready` when it polls. */
import { readFileSync } from 'node:fs';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorker } from '../../worker/create-worker.ts';
import { activities } from './activities.ts';
import { agents } from './agents.ts';

const { ADDRESS, TASK_QUEUE, BUNDLE } = process.env;
Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: ADDRESS! });
const worker = await createWorker({
  connection,
  taskQueue: TASK_QUEUE!,
  workflowBundle: { code: readFileSync(BUNDLE!, 'utf8') },
  activities: { ...activities, agents },
});
const running = worker.run();
console.log('ready');
await running;
await connection.close();
