/** Without external storage: whatever is too large for a message ends with an error that says what to do. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { agents, call, calls, play, prompts } from '../support/agents.ts';
import { failureOf } from '../support/drive.ts';
import { eventsOf } from '../support/history.ts';
import { largeActivities, made } from '../support/large.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

const MB = 1_000_000;
const ADVICE = 'more than the 1800000 that fit: configure externalStorage, or return references instead of the data';
let server: TestServer;
let agentServer: TestServer;
beforeAll(async () => {
  [server, agentServer] = await Promise.all([openServer(largeActivities), openServer({ agents }, 'agentBundlePath')]);
});
afterAll(() => Promise.all([server.close(), agentServer.close()]));

/** The error of a run that fails; none of its workflow tasks does. */
async function errorOf(run: TestRun) {
  const failure = failureOf(await run.handle.result().catch((error: unknown) => error));
  const events = await eventsOf(run.handle);
  expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  return (failure.details![0] as RunOutput).error!;
}

describe('the step fails, and its activity has run once', () => {
  test.each([
    ['an activity’s result', 'largeResult', 3 * MB, "'make' has run, but its result has 3000002 bytes", 'make'],
    ['a local activity’s result', 'largeLocal', 3 * MB, "'make' has run, but its result has 3000002 bytes", 'make'],
    ['a result in a function', 'largeCall', 3 * MB, "'make' has run, but its result has 3000002 bytes", 'make'],
    ['arguments in a function', 'largeArguments', 3 * MB, "The arguments of 'size' have 3000002 bytes", 'size'],
    ['an inline output that flows on', 'largeInline', 3 * MB, "The input of 'size' has 6000", 'size'],
    ['session state', 'largeState', 3 * MB, "The input of 'size' has 3000", 'size'],
    ['many outputs together', 'largeSum', 400_000, "The input of 'make 5' has 2000", 'make 5'],
  ])('%s', async (_, workflow, bytes, problem, path) => {
    const run = await server.start(workflow, bytes);
    const error = await errorOf(run);
    expect(error).toMatchObject({ type: 'holdpoint.TooLarge', path });
    expect(error.message).toContain(problem);
    expect(error.message).toContain(ADVICE);
    if (workflow === 'largeResult') expect(made.get(run.handle.workflowId)).toBe(1);
  });

  test('an error keeps its type and the beginning of its message', async () => {
    const error = await errorOf(await server.start('largeFailure', 3 * MB));
    expect(error).toMatchObject({ type: 'Verbose', path: 'local', message: expect.stringMatching(/^y{3999}…$/) });
  });
});

describe('what comes from outside is refused before the run has it', () => {
  test('input and answers, by client and by server', async () => {
    const client = new HoldpointClient(server.client, { taskQueue: server.taskQueue });
    const input = 'x'.repeat(3 * MB);
    await expect(client.start('largeReview', { input })).rejects.toThrow(/have 3000004 bytes of JSON.*externalStorage/);
    await expect(server.start('largeReview', input)).rejects.toThrow();
    const { runId } = await client.run('largeReview', { input: 1 });
    const { id, digest } = (await client.getRun(runId)).activeStepRequirements[0]!;
    const decisions = [{ requirement: id, digest, action: 'edit' as const, output: input }];
    await expect(client.continueRun({ runId, decisions })).rejects.toThrow(/these have 3000\d\d\d;.*externalStorage/);
    const handle = server.client.workflow.getHandle(runId);
    await expect(handle.signal('editOutput', { requirement: id, output: input })).rejects.toThrow();
    await handle.signal('editOutput', { requirement: id, output: 'x'.repeat(1.9 * MB) });
    expect((await client.getRun(runId)).status).toBe('paused');
    await handle.terminate();
  });
});

describe('a result is shortened until it fits', () => {
  test.each([
    ['errors that functions report', 'largeErrors', MB],
    ['a session state of many small values', 'largeKeys', 10_000],
  ])('%s', async (_, workflow, size) => {
    const run = await server.start(workflow, size);
    expect(await run.result()).toMatchObject({ status: 'completed', truncated: true });
  });
});

test('names and paths as long as they may be can be asked about, and run', async () => {
  const run = await server.start('longNames');
  await run.answer('approve', (await run.paused())[0]!);
  await run.answer('approve', await run.pausedAt('output_review'));
  expect((await run.result()).status).toBe('completed');
});

describe('an agent', () => {
  test('hears of a result of 3 MB', async () => {
    const task = play(calls(call('returns', { bytes: 3 * MB })), `told ${randomUUID()}`);
    const run = await agentServer.start('agentAlone', task);
    expect((await run.result()).status).toBe('completed');
    const [heard] = prompts.flatMap(({ user, toolResults }) => (user === task ? toolResults : []));
    expect(heard).toMatch(/has run, but its result has 3000002 bytes, more than the 262144 that fit/);
  });

  test('fails with a reply of 2 MB', async () => {
    const run = await agentServer.start('agentAlone', play('x'.repeat(MB)));
    expect((await errorOf(run)).type).toBe('holdpoint.TooLarge');
  });
});
