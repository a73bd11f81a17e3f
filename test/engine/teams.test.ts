/** Teams: leaders that delegate, members that work in conversations of their own, and pause under their names (§8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents, call, calls, effectsOf, play, prompts } from '../support/agents.ts';
import { failureOf } from '../support/drive.ts';
import { eventsOf, ofType, summaryOf } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

const delegate = (member: string, task: string, id?: string) =>
  call('delegate_task_to_member', { member_id: member, task }, id);
const asked = (agent: string) => prompts.filter((prompt) => prompt.agent === agent);

describe('coordinate', () => {
  test('a member does its task in a conversation of its own, and the leader hears its answer', async () => {
    const task = play(calls(call('look', { q: 'mine' })), 'found');
    const run = await server.start('teamCoordinate', play(calls(delegate('searcher', task)), 'the end'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'the end', usage: { totalTokens: 48 } });
    expect(asked('searcher').slice(-2)).toMatchObject([{ user: task }, { toolResults: ['look done'] }]);
    expect(asked('research').at(-1)).toMatchObject({ toolResults: ['found'] });
    const scheduled = ofType(await eventsOf(run.handle), 'ActivityTaskScheduled');
    expect(
      scheduled.map((event) => [event.activityTaskScheduledEventAttributes!.activityType!.name, summaryOf(event)]),
    ).toEqual([
      ['research.generate', 'r · turn 1'],
      ['searcher.generate', 'r · searcher · turn 1'],
      ['searcher.look', 'r · searcher · turn 1'],
      ['searcher.generate', 'r · searcher · turn 2'],
      ['research.generate', 'r · turn 2'],
    ]);
  });

  test('of a member that says nothing the leader hears what its tools gave, so that it does not have it done again', async () => {
    const task = play(calls(call('look', { q: 'mine' }), call('look', { q: 'yours' })), ' ');
    const idle = play('');
    const run = await server.start(
      'teamCoordinate',
      play(calls(delegate('searcher', task), delegate('searcher', idle)), 'the end'),
    );
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'the end' });
    expect(asked('research').at(-1)).toMatchObject({ toolResults: ['look done,look done', ''] });
  });

  test('a member’s tool call pauses the step under its name; the leader waits', async () => {
    const task = play(calls(call('pay', { to: 'a', euros: 1 }, 'c1')), 'paid');
    const run = await server.start('teamCoordinate', play(calls(delegate('searcher', task, 'd1')), 'the end'));
    const [requirement] = await run.paused();
    expect(requirement).toMatchObject({
      ...{ id: 'r#executor', stepName: 'r' },
      tools: [{ toolName: 'pay', toolCallId: 'c1', member: 'searcher' }],
    });
    expect(effectsOf(run.handle.workflowId)).toEqual([]);
    await run.answer('approve', requirement!);
    expect(await run.result()).toMatchObject({ content: 'the end' });
    expect(effectsOf(run.handle.workflowId)).toHaveLength(1);
    expect(asked('research').at(-1)).toMatchObject({ toolResults: ['paid'] });
  });

  test('two members work side by side, and wait side by side', async () => {
    const pay = play(calls(call('pay', { to: 'a', euros: 1 })), 'paid');
    const look = play(calls(call('look', { q: 'a' })), 'looked');
    const run = await server.start(
      'teamCoordinate',
      play(calls(delegate('searcher', pay), delegate('writer', look), delegate('searcher', pay)), 'the end'),
    );
    const both = await run.paused(2);
    expect(both.map(({ id }) => id)).toEqual(['r#executor', 'r#executor~2']);
    await run.answer('approve', both[1]!);
    await run.answer('reject', both[0]!, { feedback: 'no' });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(asked('research').at(-1)).toMatchObject({ toolResults: ['paid', 'looked', 'paid'] });
    expect(effectsOf(run.handle.workflowId).toSorted()).toEqual(['look {"q":"a"}', expect.stringContaining('pay')]);
  });

  test('a leader is told of a member that is not there', async () => {
    const run = await server.start('teamCoordinate', play(calls(delegate('nobody', 'x')), 'the end'));
    expect(await run.result()).toMatchObject({ content: 'the end' });
    expect(asked('research').at(-1)!.toolResults).toEqual([
      expect.stringContaining('The members are: searcher, writer.'),
    ]);
  });

  test('a member that fails withdraws what the others ask; nothing of theirs runs any more', async () => {
    const pay = play(calls(call('pay', { to: 'a', euros: 1 })), 'paid');
    const run = await server.start(
      'teamCoordinate',
      play(calls(delegate('searcher', pay), delegate('writer', play({ raise: 'ink is out' }))), 'x'),
    );
    await run.pausedAt('executor');
    const failure = await run.result().catch((error: unknown) => failureOf(error));
    expect(failure).toMatchObject({
      message: expect.stringContaining('ink is out'),
      details: [{ status: 'failed', stepRequirements: [{ id: 'r#executor', resolution: 'withdrawn' }] }],
    });
    expect(effectsOf(run.handle.workflowId)).toEqual([]);
  });

  test('a member’s error is the step’s', async () => {
    const run = await server.start(
      'teamCoordinate',
      play(calls(delegate('writer', play({ raise: 'ink is out' }))), 'x'),
    );
    await expect(run.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('ink is out') } });
  });
});

test('route: the member’s answer is the answer', async () => {
  const run = await server.start('teamRoute', play(calls(delegate('writer', play('as it stands')))));
  expect(await run.result()).toMatchObject({ content: 'as it stands' });
});

test('broadcast: all members get the task, and the leader hears them in their order', async () => {
  const run = await server.start(
    'teamBroadcast',
    play(calls(call('delegate_task_to_members', { task: play('mine') })), 'the end'),
  );
  expect(await run.result()).toMatchObject({ content: 'the end' });
  expect(asked('chorus').at(-1)!.toolResults).toEqual(['Agent searcher: mine\n\nAgent writer: mine']);
});
