/** What user code is given it cannot change: not what a human saw (H5), not what others see (H11), not the definition (H10). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { agents, play } from '../support/agents.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

const contentOf = ({ stepResults }: RunOutput, name: string) =>
  stepResults.find((output) => output.name === name)!.content;

test('the outputs before the first node, which all runs of a thread share', async () => {
  for (let time = 0; time < 3; time += 1) {
    const output = await (await server.start('mutatesNothing')).result();
    expect([contentOf(output, 'tamper'), contentOf(output, 'seen')]).toEqual([
      'TypeError',
      '=== tamper ===\nTypeError',
    ]);
  }
});

test('the list of outputs that a loop’s condition is given', async () => {
  const run = await server.start('mutatesOutputs');
  const asked = await run.pausedAt('iteration_review');
  expect(asked.output).toBe('dangerous');
  await run.answer('approve', asked);
  expect((await run.result()).content).toBe('dangerous');
});

test.each([
  ['a Parallel', 'mutatesParallel', 'IN', { left: 'left', right: 'right' }],
  ['an agent, also by the predicate of its review', 'mutatesAgent', play('good'), 'good'],
])('the content of %s, after its review', async (_, workflow, input, content) => {
  const run = await server.start(workflow, input);
  const asked = await run.pausedAt('output_review');
  expect(asked.output).toEqual(content);
  await run.answer('approve', asked);
  const output = await run.result();
  expect(contentOf(output, 'tamper')).toBe('TypeError');
  expect(contentOf(output, 'seen')).toEqual(content);
  expect(output.stepRequirements[0]!.output).toEqual(content);
});

test('what a human typed, the defaults of the definition, and the input of a run that goes on in another execution', async () => {
  const run = await server.start('mutatesInput', { list: [1] });
  await run.answer('provideInput', await run.pausedAt('user_input'), { values: { city: 'Rome' } });
  const asked = await run.pausedAt('confirmation');
  for (let count = 0; count < 50; count += 1) await run.signal('approve', { requirement: 'of nobody' });
  await run.answer('approve', asked);
  const output = await run.result();
  expect([contentOf(output, 'tamper'), contentOf(output, 'again')]).toEqual(['TypeError', 'TypeError']);
  expect(contentOf(output, 'seen')).toEqual({ list: [1] });
  expect(output.stepRequirements[0]!.userInput).toEqual({ city: 'Rome', tags: [] });
  const { raw, runId } = await server.client.workflow.getHandle(run.handle.workflowId).describe();
  expect(raw.workflowExecutionInfo!.firstRunId).not.toBe(runId);
});
