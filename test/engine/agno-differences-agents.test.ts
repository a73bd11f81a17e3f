/** Where §8 of the semantics says ≠ agno: one test each; and what agno leaves open below the top level. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, call, calls, effectsOf, play } from '../support/agents.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

test('a field that the model filled itself still waits for the human', async () => {
  const run = await server.start('agentAlone', play(calls(call('book', { flight: 'LH1', seat: '1A' })), 'x'));
  const [asked] = await run.paused();
  expect(asked!.tools).toMatchObject([{ kind: 'user_input', args: { seat: '1A' } }]);
  expect(effectsOf(run.handle.workflowId)).toEqual([]);
});

test('every call must be answered: with some of them, the run stays paused', async () => {
  const pay = (n: number) => call('pay', { to: `${n}`, euros: n }, `c${n}`);
  const run = await server.start('agentAlone', play(calls(pay(1), pay(2)), 'x'));
  const [asked] = await run.paused();
  await run.signal('continueRun', { decisionId: 'd1', decisions: [{ requirement: asked!.id, tools: {} }] });
  await run.answer('approve', asked!, { toolCall: 'c1' });
  const state = await run.until((each) => each.stepRequirements[0]!.tools![0]!.resolution !== undefined);
  expect([state.status, openOf(state).length, effectsOf(run.handle.workflowId)]).toEqual(['paused', 1, []]);
});

test('an error of the model is an error like any other: onError decides', async () => {
  const failed = await server.start('agentOnce', play({ raise: 'ill' }));
  await expect(failed.result()).rejects.toMatchObject({ cause: { type: 'holdpoint.StepFailed' } });
  const paused = await server.start('agentErrorPause', play({ raise: 'ill' }));
  expect(await paused.pausedAt('error')).toMatchObject({ pauseKind: 'step', message: 'ill', stepName: 'g' });
});

test('a tool call pauses below the top level as well, and in branches side by side', async () => {
  const run = await server.start('agentParallel', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
  const asked = await run.paused(3);
  // In the order in which their models have answered.
  const paths = asked.filter(({ kind }) => kind === 'executor').map(({ path }) => path);
  expect(paths.toSorted()).toEqual(['p/left', 'p/right']);
});
