/** Answers to tool calls that give something – values, a result –, and gates of several kinds and depths (§8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import { agents, call, calls, done, heard, play, prompts, shown, unique } from '../support/agents.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ agents }, 'agentBundlePath');
});
afterAll(() => server.close());

describe.concurrent('user input for a tool call', () => {
  test('fills its fields, whatever the model put there; the whole is checked, and is in the record', async () => {
    const task = play(calls(call('book', { flight: 'LH1', seat: '1A', meal: 'fish' })), unique('x'));
    const run = await server.start('agentAlone', task);
    const [asked] = await run.paused();
    expect(asked!.tools![0]).toMatchObject({
      kind: 'user_input',
      args: { flight: 'LH1', seat: '1A', meal: 'fish' },
      userInputSchema: { type: 'object', properties: { seat: {}, meal: {} }, required: ['seat'] },
    });
    await run.answer('provideInput', asked!, { values: { seat: '2C' } });
    const output = await run.result();
    // A field that the human left empty is empty: the model's meal was a suggestion.
    expect(done(run)).toEqual(['book {"flight":"LH1","seat":"2C"}']);
    expect(output.stepRequirements[0]!.tools![0]).toMatchObject({ resolution: 'confirmed', userInput: { seat: '2C' } });
  });

  test.each([
    ['a missing value', { meal: 'x' }],
    ['a wrong type', { seat: 7 }],
    ['another argument', { seat: '2C', flight: 'XX' }],
    ['no values', undefined],
  ])('is refused with %s, and asked on', async (_, values) => {
    const run = await server.start('agentAlone', play(calls(call('book', { flight: 'LH1' })), 'x'));
    const [asked] = await run.paused();
    await run.answer('provideInput', asked!, values === undefined ? {} : { values });
    const refused = await run.until((each) => each.refusedAnswers.count === 1);
    expect(refused.refusedAnswers.newest[0]).toMatchObject({ code: 'invalid', requirement: 'g#executor' });
    expect(openOf(refused)).toHaveLength(1);
    expect(done(run)).toEqual([]);
  });

  test('that only the tool itself can refuse is asked again, with the reason', async () => {
    const run = await server.start('agentAlone', play(calls(call('book', { flight: 'LH1' })), 'x'));
    await run.answer('provideInput', (await run.paused())[0]!, { values: { seat: '13A' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.previousFeedback).toContain('there is no seat 13A');
    await run.answer('provideInput', again, { values: { seat: '13B' } });
    await run.result();
    expect(done(run)).toEqual(['book {"flight":"LH1","seat":"13B"}']);
  });

  test('runs with what was shown: what the schema makes of it is shown first', async () => {
    const run = await server.start('agentAlone', play(calls(call('convert', { flight: 'lh1', cents: 5 })), 'x'));
    const [asked] = await run.paused();
    expect(asked!.tools).toMatchObject([{ kind: 'user_input', args: { flight: 'lh1', cents: 5 } }]);
    await run.answer('provideInput', asked!, { values: { seat: '2C' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.tools).toMatchObject([{ kind: 'confirmation', args: { flight: 'LH1', seat: '2C', cents: 500 } }]);
    expect(done(run)).toEqual([]);
    await run.answer('approve', again);
    const output = await run.result();
    expect(done(run)).toEqual(['convert {"flight":"LH1","seat":"2C","cents":500}']);
    expect(output.stepRequirements.map(({ tools }) => tools![0]!.outcome)).toEqual(['not_run', 'completed']);
  });

  test('is not asked for a mistake that only the model can mend', async () => {
    const task = play(calls(call('name', { euros: 500 })), unique('x'));
    const run = await server.start('agentAlone', task);
    expect((await run.result()).stepRequirements).toEqual([]);
    expect(heard(task)).toEqual([expect.stringContaining('euros: too much')]);
  });

  test('cannot keep the run busy with a pattern: the tool alone knows it', async () => {
    const run = await server.start('agentAlone', play(calls(call('name', { euros: 5 })), 'x'));
    await run.answer('provideInput', (await run.paused())[0]!, { values: { name: 'a'.repeat(22) + '!' } });
    const again = (await run.until((each) => openOf(each)[0]?.id === 'g#executor~2')).stepRequirements.at(-1)!;
    expect(again.previousFeedback).toContain('name: ');
    await run.answer('provideInput', again, { values: { name: 'Ann' } });
    await run.result();
    expect(done(run)).toEqual(['name {"name":"Ann","euros":5}']);
  });

  test('can be refused', async () => {
    const task = play(calls(call('book', { flight: 'LH1' })), unique('x'));
    const run = await server.start('agentAlone', task);
    await run.answer('reject', (await run.paused())[0]!, { feedback: 'take the train' });
    await run.result();
    expect([done(run), heard(task)]).toEqual([[], ['take the train']]);
  });
});

describe.concurrent('external execution', () => {
  test.each([['a text'], [{ ok: true, log: ['a'] }], [0], [null]])(
    'gives the model what somebody gives: %j',
    async (result) => {
      const task = play(calls(call('deploy', { version: '7' })), unique('x'));
      const run = await server.start('agentAlone', task);
      const [asked] = await run.paused();
      expect(shown(asked!)).toEqual([['deploy', 'external_execution', { version: '7' }]]);
      await run.answer('completeTool', asked!, { result, by: 'ci' });
      const output = await run.result();
      expect(heard(task)).toEqual([result]);
      expect(output.stepRequirements[0]!.tools![0]).toMatchObject({ result, resolvedBy: 'ci' });
    },
  );
});

describe.concurrent('gates of one step', () => {
  test('are asked one after the other: confirmation with input, tool, review; one growing history', async () => {
    const run = await server.start('agentAllGates', play(calls(call('pay', { to: 'a', euros: 1 })), 'said'));
    const seen: string[][] = [];
    const next = async (kind: StepRequirement['kind']) => {
      const requirement = await run.pausedAt(kind);
      seen.push((await run.output()).stepRequirements.map(({ id }) => id));
      return requirement;
    };
    await run.answer('approve', await next('confirmation+user_input'), { values: { tone: 'kind' } });
    await run.answer('approve', await next('executor'));
    await run.answer('editOutput', await next('output_review'), { output: 'edited' });
    const output = await run.result();
    expect(output.content).toEqual({ heard: 'edited' });
    expect(seen).toEqual([
      ['g#confirmation+userInput'],
      ['g#confirmation+userInput', 'g#executor'],
      ['g#confirmation+userInput', 'g#executor', 'g#outputReview'],
    ]);
    expect(prompts.some(({ user }) => user.endsWith('\n\nUser preferences:\n- tone: kind'))).toBe(true);
  });

  test('hold: a step that is rejected calls no model', async () => {
    const task = play(unique('never'));
    const run = await server.start('agentAllGates', task);
    await run.answer('reject', (await run.paused())[0]!);
    expect(await run.result()).toMatchObject({ status: 'completed', stepResults: [{ name: 'after' }] });
    expect(prompts.some(({ user }) => user.startsWith(task))).toBe(false);
  });
});

describe.concurrent('at every depth', () => {
  test('a tool call pauses, under the path of its step', async () => {
    const run = await server.start(
      'agentNested',
      play(calls(call('pay', { to: 'a', euros: 1 })), play(calls(call('pay', { to: 'b', euros: 2 })), 'x')),
    );
    const ids = [
      ['s/inSteps', 's'],
      ['l[1]/inLoop', 'l'],
      ['l[2]/inLoop', 'l'],
      ['c/inCondition', 'c'],
      ['r/inRouter', 'r'],
      ['n/inner', 'n'],
      ['two/one', 'two'],
      ['two/other', 'two'],
    ];
    for (const [index, [path, top]] of ids.entries()) {
      const state = await run.until((each) => openOf(each)[0]?.path === path);
      const [asked] = openOf(state);
      expect(asked).toMatchObject({ kind: 'executor', id: `${path}#executor`, topLevelStep: top });
      expect(done(run)).toHaveLength(index);
      await run.answer('approve', asked!);
    }
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(done(run)).toHaveLength(ids.length);
  });

  test('also in the else branch that a human chose', async () => {
    const run = await server.start('agentElse', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    await run.answer('reject', (await run.paused())[0]!);
    await run.answer('approve', await run.pausedAt('executor'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'x' });
    expect(done(run)).toHaveLength(1);
  });

  test('branches of a Parallel wait side by side, answered in any order', async () => {
    const run = await server.start('agentParallel', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    const asked = await run.paused(3);
    const of = (name: string) => asked.find(({ stepName }) => stepName === name)!;
    await run.answer('approve', of('right'));
    await run.answer('approve', of('ask'));
    await run.answer('approve', of('left'));
    expect(await run.result()).toMatchObject({ content: { heard: { left: 'x', right: 'x', ask: 'asked' } } });
    expect(done(run)).toHaveLength(2);
  });

  test('branches that are too large for one workflow task together take several', async () => {
    const large = calls(...Array.from({ length: 7 }, () => call('returns', { bytes: 210_000 })));
    const run = await server.start('agentCrowd', play(large, 'x'));
    expect(await run.result()).toMatchObject({ status: 'completed', content: { a: 'x', b: 'x', c: 'x', d: 'x' } });
  });

  test('a sibling that cancels withdraws them, and nothing runs', async () => {
    const run = await server.start('agentParallel', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    const asked = await run.paused(3);
    await run.answer('reject', asked.find(({ stepName }) => stepName === 'ask')!);
    const output = await run.result();
    expect(output.status).toBe('cancelled');
    const ended = Object.fromEntries(output.stepRequirements.map(({ stepName, resolution }) => [stepName, resolution]));
    expect(ended).toEqual({ ask: 'rejected', left: 'withdrawn', right: 'withdrawn' });
    expect(done(run)).toEqual([]);
  });

  test('a cancelled run runs nothing more', async () => {
    const run = await server.start('agentAlone', play(calls(call('pay', { to: 'a', euros: 1 })), 'x'));
    await run.paused();
    await run.handle.cancel();
    await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(done(run)).toEqual([]);
  });
});
