/** A bundle with two copies of holdpoint, as where a package of shared steps brings its own. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createTestEnv } from '../kit/index.ts';

test('a function of one, beside another in a Parallel of the other, calls its local activities as ordinary ones', async () => {
  const workflowsPath = fileURLToPath(new URL('../workflows/two-copies/index.ts', import.meta.url));
  const env = await createTestEnv({ workflowsPath, activities: { echo: async (name: string) => name } });
  try {
    const run = await env.run('twoCopies', null);
    expect(run.content).toEqual({ a: 'a', b: 'b' });
    const { events = [] } = await env.client.temporal.workflow.getHandle(run.runId).fetchHistory();
    const scheduled = events!.flatMap(({ activityTaskScheduledEventAttributes: attributes }) => attributes ?? []);
    expect(scheduled.map(({ activityType }) => activityType!.name)).toEqual(['echo', 'echo']);
  } finally {
    await env.close();
  }
});
