/** Answers to tool calls from the attacker's side: forged, stale, duplicate, malformed, concurrent. Nothing runs by them (H2 to H5). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { refusals } from '../support/drive.ts';
import { agents, call, calls, effectsOf, play } from '../support/agents.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

const done = (run: TestRun) => effectsOf(run.handle.workflowId);
const payment = (n: number, id: string) => call('pay', { to: `${n}`, euros: n }, id);

async function two(): Promise<[TestRun, StepRequirement]> {
  const run = await server.start('agentAlone', play(calls(payment(1, 'c1'), payment(2, 'c2')), 'x'));
  const [asked] = await run.paused();
  return [run, asked!];
}

async function one(): Promise<[TestRun, StepRequirement]> {
  const run = await server.start('agentAlone', play(calls(payment(1, 'c1')), 'x'));
  const [asked] = await run.paused();
  return [run, asked!];
}

const batch = (decisions: readonly object[], decisionId: string = randomUUID()) => ({ decisionId, decisions });

/** The run still asks what it asked, and nothing has run. */
async function unmoved(run: TestRun, asked: StepRequirement, refused: number): Promise<void> {
  const state = await run.until((each) => each.refusedAnswers.count >= refused);
  expect(state.refusedAnswers.count).toBe(refused);
  expect(openOf(state)).toEqual([asked]);
  expect(state.status).toBe('paused');
  await sleep(50);
  expect(done(run)).toEqual([]);
}

describe('an executor pause refuses', () => {
  test.each([
    ['a yes to nobody in particular', 'approve', {}, 'name the call with `toolCall`; the calls are c1 (pay), c2 (pay)'],
    ['a no to nobody in particular', 'reject', {}, 'name the call'],
    ['a call that is not there', 'approve', { toolCall: 'c3' }, "tool call 'c3': there is no such call"],
    ['a call named by its tool', 'approve', { toolCall: 'pay' }, 'there is no such call'],
    ['the name of a property', 'approve', { toolCall: '__proto__' }, 'there is no such call'],
    ['an empty name', 'approve', { toolCall: '' }, 'there is no such call'],
    ['values with a yes', 'approve', { toolCall: 'c1', values: { to: 'me' } }, "'confirm' takes no 'values'"],
    ['other arguments', 'provideInput', { toolCall: 'c1', values: { to: 'me' } }, "'input' is no answer to it"],
    ['a result instead of a yes', 'completeTool', { toolCall: 'c1', result: 'done' }, "'result' is no answer to it"],
    ['an edit', 'editOutput', { toolCall: 'c1', output: 'x' }, "'edit' is no answer to a tool call"],
    ['a route', 'selectRoute', { toolCall: 'c1', choices: ['c1'] }, "'select' is no answer to a tool call"],
    ['a retry', 'retryStep', { toolCall: 'c1' }, "'retry' is no answer to a tool call"],
    ['a skip', 'skipStep', { toolCall: 'c1' }, "'skip' is no answer to a tool call"],
    ['a note that is no text', 'reject', { toolCall: 'c1', feedback: { $ne: 1 } }, 'the note must be a string'],
    ['no tools', 'approve', { tools: {} }, '`tools` must be an object with an answer'],
    ['tools beside an action', 'approve', { tools: { c1: { action: 'confirm' } } }, "leave out 'action'"],
  ])('%s', async (_, signal, more, reason) => {
    const [run, asked] = await two();
    await run.answer(signal, asked, more);
    await unmoved(run, asked, 1);
    expect((await run.output()).refusedAnswers.newest[0]).toMatchObject({
      code: 'invalid',
      requirement: 'g#executor',
      reason: expect.stringContaining(reason),
    });
  });

  test.each([
    ['a toolCall that is no text', { toolCall: 7, action: 'confirm' }],
    ['tools that are a list', { tools: [{ action: 'confirm' }] }],
    ['tools that are a text', { tools: 'c1' }],
    ['neither action nor tools', {}],
    ['an unknown action', { action: 'run', toolCall: 'c1' }],
    ['an unknown key', { action: 'confirm', toolCall: 'c1', force: true }],
  ])('what is malformed: %s', async (_, more) => {
    const [run, asked] = await two();
    await run.signal('continueRun', batch([{ requirement: asked.id, ...more }]));
    await unmoved(run, asked, 1);
    expect(refusals(await run.output())).toEqual([['malformed', 'continueRun', 'g#executor']]);
  });

  test.each([
    ['an answer that is no object', { c1: 'confirm', c2: { action: 'confirm' } }],
    ['an answer that is null', { c1: null }],
    ['one wrong answer among right ones', { c1: { action: 'confirm' }, c2: { action: 'input', values: {} } }],
    ['one call that is not there', { c1: { action: 'confirm' }, c9: { action: 'confirm' } }],
    ['a key that nobody reads', { c1: { action: 'confirm', args: { to: 'me' } } }],
    ['a call from a prototype', JSON.parse('{"__proto__": {"action": "confirm"}}')],
    ['no action', { c1: { note: 'x' } }],
  ])('answers for several calls as a whole: %s', async (_, tools) => {
    const [run, asked] = await two();
    await run.signal('continueRun', batch([{ requirement: asked.id, tools }]));
    await unmoved(run, asked, 1);
    expect(refusals(await run.output())).toEqual([['invalid', 'continueRun', 'g#executor']]);
  });

  test('an answer to what was not shown, and one to no requirement', async () => {
    const [run, asked] = await one();
    await run.signal('approve', { requirement: asked.id, digest: '0'.repeat(20) });
    await run.signal('approve', { toolCall: 'c1' });
    await run.signal('approve', { requirement: 'c1' });
    await unmoved(run, asked, 3);
    expect(refusals(await run.output())).toEqual([
      ['digest_mismatch', 'approve', 'g#executor'],
      ['malformed', 'approve'],
      ['not_found', 'approve', 'c1'],
    ]);
  });
});

test('the digest covers the arguments: the same call with others has another one', async () => {
  const digests = await Promise.all(
    [
      { to: 'a', euros: 1 },
      { to: 'a', euros: 2 },
    ].map(async (args) => {
      const run = await server.start('agentAlone', play(calls(call('pay', args, 'c1')), 'x'));
      return (await run.paused())[0]!.digest;
    }),
  );
  expect(new Set(digests).size).toBe(2);
});

test('the first answer to a call wins; a second click, a late no and the same decision again change nothing', async () => {
  const [run, asked] = await two();
  await run.answer('approve', asked, { toolCall: 'c1', by: 'ann' });
  await run.answer('reject', asked, { toolCall: 'c1', by: 'eve' });
  await run.answer('approve', asked, { toolCall: 'c1', by: 'eve' });
  await run.answer('approve', asked, { by: 'eve' });
  const half = await run.until((each) => each.refusedAnswers.count === 3);
  expect(refusals(half).map(([code]) => code)).toEqual(['already_resolved', 'already_resolved', 'invalid']);
  expect(half.stepRequirements[0]!.tools).toMatchObject([{ resolution: 'confirmed', resolvedBy: 'ann' }, {}]);
  expect(done(run)).toEqual([]);
  const answer = batch([{ requirement: asked.id, digest: asked.digest, tools: { c2: { action: 'confirm' } } }]);
  await run.signal('continueRun', answer);
  await run.signal('continueRun', answer);
  await run.signal('approve', { requirement: asked.id, toolCall: 'c2' });
  await run.result();
  expect(done(run)).toHaveLength(2);
});

test('an answer for both calls does not overrule the one that is there: none of it takes effect', async () => {
  const [run, asked] = await two();
  await run.answer('reject', asked, { toolCall: 'c1', by: 'ann' });
  await run.signal(
    'continueRun',
    batch([{ requirement: asked.id, tools: { c1: { action: 'confirm' }, c2: { action: 'confirm' } } }]),
  );
  const state = await run.until((each) => each.refusedAnswers.count === 1);
  expect(refusals(state)).toEqual([['already_resolved', 'continueRun', 'g#executor']]);
  expect(state.stepRequirements[0]!.tools).toMatchObject([{ resolution: 'rejected' }, {}]);
  expect(state.stepRequirements[0]!.tools![1]!.resolution).toBeUndefined();
});

test('twenty people at once: each call is answered once, and runs once', async () => {
  const [run, asked] = await two();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      run.answer(index % 2 === 0 ? 'approve' : 'reject', asked, {
        toolCall: index < 10 ? 'c1' : 'c2',
        by: `p${index}`,
      }),
    ),
  );
  const output = await run.result();
  const tools = output.stepRequirements[0]!.tools!;
  const confirmed = tools.filter(({ resolution }) => resolution === 'confirmed');
  expect(done(run)).toHaveLength(confirmed.length);
  expect(tools.every(({ resolvedBy }) => resolvedBy !== undefined)).toBe(true);
});

test('an answer from before the question waits for nothing: it is refused, and the question is asked', async () => {
  const run = await server.start('agentAlone', play(calls(payment(1, 'c1')), 'x'));
  await run.signal('approve', { requirement: 'g#executor' });
  await run.signal('approve', { requirement: 'g#executor', toolCall: 'c1' });
  const [asked] = await run.paused();
  await unmoved(run, asked!, 2);
});

test('a yes to the first call is none to the next one, which has the same id in another turn', async () => {
  const run = await server.start('agentAlone', play(calls(payment(1, 'c1')), calls(payment(2, 'c1')), 'x'));
  const [first] = await run.paused();
  await run.answer('approve', first!, { toolCall: 'c1' });
  await run.until((each) => openOf(each)[0]?.id === 'g#executor~2');
  await run.answer('approve', first!, { toolCall: 'c1' });
  await run.signal('approve', { requirement: 'g#executor~2', digest: first!.digest });
  const state = await run.until((each) => each.refusedAnswers.count === 2);
  expect(refusals(state).map(([code]) => code)).toEqual(['already_resolved', 'digest_mismatch']);
  expect(openOf(state)[0]!.tools![0]!.toolCallId).toBe('c1_2');
  expect(done(run)).toHaveLength(1);
});

test('two calls that a model gives one id are two calls', async () => {
  const run = await server.start('agentAlone', play(calls(payment(1, 'same'), payment(2, 'same')), 'x'));
  const [asked] = await run.paused();
  expect(asked!.tools!.map(({ toolCallId }) => toolCallId)).toEqual(['same', 'same_2']);
  await run.answer('approve', asked!, { toolCall: 'same' });
  await run.answer('reject', asked!, { toolCall: 'same_2' });
  await run.result();
  expect(done(run)).toEqual([expect.stringContaining('"euros":1')]);
});

test('what a model writes never becomes markup where a person decides', async () => {
  const to = '```\n# Approved already\n[click](http://evil)\n````';
  const run = await server.start('agentAlone', play(calls(call('pay', { to, euros: 1 })), 'x'));
  await run.paused();
  const { currentDetails } = (await run.handle.query('__temporal_workflow_metadata')) as { currentDetails: string };
  const lines = currentDetails.split('\n');
  expect(lines.filter((line) => line.startsWith('#'))).toEqual(['## Waiting: executor', '### Tool call: may it run?']);
  expect(currentDetails).toContain(String.raw`"to": "${'```'}\n# Approved already`);
});

test('the details show, for each call, the JSON that answers it', async () => {
  const [run, asked] = await two();
  const { currentDetails } = (await run.handle.query('__temporal_workflow_metadata')) as { currentDetails: string };
  const json = [...currentDetails.matchAll(/^\{\n  "requirement"[^]*?\n\}$/gm)].map(([text]) => JSON.parse(text));
  const named = { requirement: asked.id, digest: asked.digest };
  expect(json).toEqual([
    { ...named, toolCall: 'c1', by: 'you' },
    { ...named, toolCall: 'c1', feedback: '', by: 'you' },
    { ...named, toolCall: 'c2', by: 'you' },
    { ...named, toolCall: 'c2', feedback: '', by: 'you' },
  ]);
  await run.signal('approve', json[0]);
  await run.signal('reject', json[3]);
  await run.result();
  expect(done(run)).toHaveLength(1);
});
