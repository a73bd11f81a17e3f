/** A process of its own: one worker for workflows, whose activities are elsewhere, so that it has nothing but cached runs. */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorker } from 'holdpoint/worker';
import type { Memory } from './memory-process.ts';

/** What a thread's probe says. */
interface ThreadMemory {
  /** Bytes that its JavaScript holds. */
  readonly live: number;
  /** Bytes that V8 has taken for it. */
  readonly taken: number;
}

/** The main thread and the workflow thread. */
const THREADS = 2;

const [address, taskQueue, codePath] = process.argv.slice(2) as [string, string, string];
Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address });
const worker = await createWorker({
  connection,
  taskQueue,
  workflowBundle: { codePath },
  maxCachedWorkflows: 10_000,
  workflowThreadPoolSize: 1,
});
const channel = new BroadcastChannel('holdpoint-memory');
process.on('message', () => void look().then((memory) => process.send!(memory)));
const running = worker.run();
process.send!('ready');
await running;

async function look(): Promise<Memory> {
  const threads = await ask();
  const sum = (key: keyof ThreadMemory) => threads.reduce((total, thread) => total + thread[key], 0);
  return {
    javascript: sum('live'),
    native: process.memoryUsage.rss() - sum('taken'),
    cachedRuns: worker.getStatus().numCachedWorkflows,
  };
}

/** Asks the probes of all threads. */
function ask(): Promise<readonly ThreadMemory[]> {
  return new Promise((resolve) => {
    const heard: ThreadMemory[] = [];
    channel.onmessage = ({ data }: MessageEvent) => {
      heard.push(data as ThreadMemory);
      if (heard.length === THREADS) resolve(heard);
    };
    channel.postMessage('look');
  });
}
