/** Deadlines of tool calls: a durable timer answers for each call that is still open; what was answered stays (H6, §4). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { agents, call, calls, effectsOf, play, prompts } from '../support/agents.ts';
import { openTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

let server: TimeSkipping;
beforeAll(async () => {
  server = await openTimeSkipping({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());
beforeEach(() => {
  prompts.length = 0;
});

const pay = (n: number) => call('pay', { to: `${n}`, euros: n }, `c${n}`);
const toolsOf = async (run: Awaited<ReturnType<TimeSkipping['start']>>) =>
  (await run.result()).stepRequirements.find(({ kind }) => kind === 'executor')!;

describe('reject', () => {
  test('tells the model, and the run goes on', async () => {
    const run = await server.start('agentTimeoutReject', play(calls(pay(1)), 'x'));
    await run.paused();
    await server.sleep('2 hours');
    const requirement = await toolsOf(run);
    expect(requirement).toMatchObject({
      resolution: 'rejected',
      resolvedBy: 'timeout',
      tools: [
        { resolution: 'rejected', resolvedBy: 'timeout', note: expect.stringContaining('nobody answered in time') },
      ],
    });
    expect(prompts.at(-1)!.toolResults).toEqual([expect.stringContaining('nobody answered in time')]);
    expect(effectsOf(run.handle.workflowId)).toEqual([]);
  });

  test('leaves what was answered in time', async () => {
    const run = await server.start('agentTimeoutReject', play(calls(pay(1), pay(2)), 'x'));
    const [asked] = await run.paused();
    await run.answer('approve', asked!, { toolCall: 'c2', by: 'ann' });
    await run.until((each) => each.stepRequirements[0]!.tools![1]!.resolution !== undefined);
    await server.sleep('2 hours');
    expect(await toolsOf(run)).toMatchObject({
      resolution: 'confirmed',
      tools: [
        { resolution: 'rejected', resolvedBy: 'timeout' },
        { resolution: 'confirmed', resolvedBy: 'ann' },
      ],
    });
    expect(effectsOf(run.handle.workflowId)).toEqual([expect.stringContaining('"euros":2')]);
  });
});

test('cancel, the default, cancels the run; nothing runs, not even what was approved', async () => {
  const run = await server.start('agentTimeoutCancel', play(calls(pay(1), pay(2)), 'x'));
  const [asked] = await run.paused();
  await run.answer('approve', asked!, { toolCall: 'c2', by: 'ann' });
  await run.until((each) => each.stepRequirements[0]!.tools![1]!.resolution !== undefined);
  await server.sleep('2 hours');
  expect(await run.result()).toMatchObject({
    status: 'cancelled',
    content: "Workflow cancelled: Step 'g' was rejected",
    stepRequirements: [{ resolution: 'cancelled', resolvedBy: 'timeout' }],
  });
  expect(effectsOf(run.handle.workflowId)).toEqual([]);
});

test('skip, which a confirmation of the step can mean, rejects tool calls', async () => {
  const run = await server.start('agentTimeoutSkip', play(calls(pay(1)), 'x'));
  await run.answer('approve', (await run.paused())[0]!);
  await run.pausedAt('executor');
  await server.sleep('2 hours');
  expect(await toolsOf(run)).toMatchObject({ resolution: 'rejected', resolvedBy: 'timeout' });
  expect(effectsOf(run.handle.workflowId)).toEqual([]);
});

describe('approve', () => {
  test('confirms what only needs a yes', async () => {
    const run = await server.start('agentTimeoutApprove', play(calls(pay(1)), 'x'));
    await run.paused();
    await server.sleep('2 hours');
    expect(await toolsOf(run)).toMatchObject({ resolution: 'confirmed', tools: [{ resolvedBy: 'timeout' }] });
    expect(effectsOf(run.handle.workflowId)).toHaveLength(1);
  });
});

test('an answer in time stops the timer', async () => {
  const run = await server.start('agentTimeoutCancel', play(calls(pay(1)), 'x'));
  await run.answer('approve', (await run.paused())[0]!, { by: 'ann' });
  await server.sleep('2 hours');
  expect(await run.result()).toMatchObject({ status: 'completed', stepRequirements: [{ resolvedBy: 'ann' }] });
});
