/**
 * Preloaded into every thread of the memory process, so also into the SDK's workflow thread, whose heap nobody else can
 * look into: on a word it collects garbage and tells what is left. JavaScript, because threads start without tsx.
 */
import { getHeapStatistics } from 'node:v8';

const channel = new BroadcastChannel('holdpoint-memory');
channel.unref();
channel.onmessage = ({ data }) => {
  if (data !== 'look') return;
  globalThis.gc();
  // What is finalised after the first collection goes with the second.
  setTimeout(() => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    channel.postMessage({ live: heapUsed + external, taken: getHeapStatistics().total_physical_size + external });
  }, 100);
};
