import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

test('one step, one confirmation, on the real server', async () => {
  const run = await server.start('skeleton', 'IN');
  const [requirement] = await run.paused();
  expect(requirement).toMatchObject({ id: 'b#confirmation', message: 'Go on?', input: 'a<IN>' });
  await run.answer('approve', requirement!, { by: 'ann' });
  const output = await run.result();
  expect(output).toMatchObject({ status: 'completed', content: 'b<a<IN>>' });
  expect(output.stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });
  // Whoever polls the query hears of the end, too.
  const { journal: _, ...said } = output;
  expect(await run.output()).toEqual(said);
});
