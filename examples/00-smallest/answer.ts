/** Answers the oldest paused run from a process that knows nothing of it: `node --import tsx examples/00-smallest/answer.ts` */
import { connect } from 'holdpoint/client';

const client = await connect();
for await (const { runId, open } of client.listPaused({ limit: 1 })) {
  const [{ id, digest, message }] = open as [(typeof open)[number]];
  console.log(`${runId}: ${message}`);
  const run = await client.continueRun({
    runId,
    decisions: [{ requirement: id, digest, action: 'confirm' }],
    by: 'ann',
  });
  console.log(run.status, run.content);
}
await client.close();
