/** Signals that nobody should send (H3, H4, H5): after each assault the run is as before, still answerable, and completes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calledSteps, outline, refusals, type Move } from '../support/drive.ts';
import { SIGNALS, signalRaw } from '../support/raw-signals.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** As the wire carries it: keys that a literal cannot have. */
const wire = (json: string): unknown => JSON.parse(json);

/** The right answer to each pause of `everyKindAtOnce`. */
const RIGHT: readonly (readonly [id: string, ...Move])[] = [
  ['all/confirmed#confirmation', 'approve'],
  ['all/filled#userInput', 'provideInput', { values: { n: 1 } }],
  ['all/both#confirmation+userInput', 'approve', { values: {} }],
  ['all/reviewed#outputReview', 'approve'],
  ['all/rounds[1]#iterationReview', 'approve'],
  ['all/fork#route', 'selectRoute', { choices: ['two'] }],
  ['all/broken#error', 'retryStep'],
];

async function completesWithRightAnswers(run: TestRun): Promise<void> {
  for (const [requirement, signal, more] of RIGHT) await run.signal(signal, { requirement, ...more });
  const output = await run.result();
  expect([output.status, outline(output.stepResults[0]!.steps!)]).toEqual([
    'completed',
    'confirmed:confirmed#1 filled:filled#1 both:both#1 reviewed:reviewed#1 rounds:round#1{round:round#1} fork:two#1{two:two#1} broken:broken#2',
  ]);
}

describe.concurrent.each(SIGNALS)('%s with junk', (signal) => {
  const junk: readonly [name: string, args: readonly unknown[]][] = [
    ['no argument', []],
    ['null', [null]],
    ['an array', [[]]],
    ['an array of answers', [[{ requirement: 'all/confirmed#confirmation' }]]],
    ['a string', ['all/confirmed#confirmation']],
    ['an empty string', ['']],
    ['a number', [7]],
    ['a boolean', [true]],
    ['an empty object', [{}]],
    ['nested junk', [{ a: { b: [{ c: { requirement: 'all/confirmed#confirmation' } }] } }]],
    ['an answer with a second one', [1, 2].map(() => ({ requirement: 'all/confirmed#confirmation' }))],
    ['two arguments', ['junk', { requirement: 'all/confirmed#confirmation' }]],
    ['a requirement that is null', [{ requirement: null }]],
    ['a requirement that is a number', [{ requirement: 0 }]],
    ['a requirement that is an object', [{ requirement: { toString: 'all/confirmed#confirmation' } }]],
    ['a requirement that is a list', [{ requirement: ['all/confirmed#confirmation'] }]],
    ['an empty requirement', [{ requirement: '' }]],
    ['an endless requirement', [{ requirement: 'x'.repeat(100_000) }]],
    [
      'the name of an inherited thing',
      [{ requirement: '__proto__', decisionId: 'p', decisions: [{ requirement: 'constructor', action: 'confirm' }] }],
    ],
    ['__proto__', [wire('{"__proto__":{"requirement":"all/confirmed#confirmation","action":"confirm"}}')]],
    ['__proto__ beside a requirement', [wire('{"requirement":"all/confirmed#confirmation","__proto__":{"x":1}}')]],
    [
      'constructor',
      [{ requirement: 'all/confirmed#confirmation', constructor: { prototype: { resolution: 'confirmed' } } }],
    ],
    ['an unknown key', [{ requirement: 'all/confirmed#confirmation', approved: true }]],
    ['a digest that is a number', [{ requirement: 'all/confirmed#confirmation', digest: 1 }]],
    [
      'a wrong digest',
      [
        {
          requirement: 'all/confirmed#confirmation',
          digest: '0'.repeat(20),
          decisionId: 'w',
          decisions: [{ requirement: 'all/confirmed#confirmation', digest: '', action: 'confirm' }],
        },
      ],
    ],
    ['a sender that is an object', [{ requirement: 'all/confirmed#confirmation', by: { name: 'ann' } }]],
    ["the sender 'timeout'", [{ requirement: 'all/confirmed#confirmation', by: 'timeout' }]],
    ["the sender ' TimeOut '", [{ requirement: 'all/confirmed#confirmation', by: ' TimeOut ' }]],
    [
      'decisions that are none',
      [
        {
          decisionId: 'n',
          decisions: [null, 1, 'confirm', [], {}, { requirement: 'all/confirmed#confirmation', action: 'toString' }],
        },
      ],
    ],
    [
      'decisions that are an object',
      [{ decisionId: 'o', decisions: { 0: { requirement: 'all/confirmed#confirmation', action: 'confirm' } } }],
    ],
    ['no decision id', [{ decisions: [{ requirement: 'all/confirmed#confirmation', action: 'confirm' }] }]],
    [
      'a decision id that is a number',
      [{ decisionId: 1, decisions: [{ requirement: 'all/confirmed#confirmation', action: 'confirm' }] }],
    ],
    [
      'values in a wrong place',
      [{ requirement: 'all/confirmed#confirmation', values: { n: 1 }, choices: ['one'], output: 1, feedback: 'x' }],
    ],
    ['1.9 MB', [{ requirement: 'all/confirmed#confirmation', by: 'x'.repeat(1_900_000) }]],
  ];

  test('each is refused, nothing is resolved, and the run completes with the right answers', async () => {
    const run = await server.start('everyKindAtOnce');
    const open = await run.paused(RIGHT.length);
    const called = await calledSteps(run);
    let count = 0;
    for (const [name, args] of junk) {
      await run.signal(signal, ...args);
      const output = await run.output();
      expect(openOf(output), name).toEqual(open);
      expect(output.refusedAnswers.count, name).toBeGreaterThan(count);
      count = output.refusedAnswers.count;
      expect(output.refusedAnswers.newest.at(-1), name).toMatchObject({
        signal,
        reason: expect.stringMatching(/^.{5,600}$/s),
      });
    }
    expect(await calledSteps(run)).toEqual(called);
    await completesWithRightAnswers(run);
  });
});

describe.concurrent('payloads that nobody can decode', () => {
  const PAYLOADS: readonly [name: string, encoding: string, data: string | Uint8Array][] = [
    ['JSON cut off', 'json/plain', '{"requirement":"draft#outputReview"'],
    ['no JSON', 'json/plain', 'requirement: draft#outputReview'],
    ['nothing', 'json/plain', ''],
    ['no UTF-8', 'json/plain', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ['an unknown encoding', 'application/x-junk', '{}'],
    ['no encoding', '', '{"requirement":"draft#outputReview"}'],
    ['an encoding that is no text', '\u0000\uffff', '{}'],
    ['raw bytes', 'binary/plain', Uint8Array.of(1, 2, 3)],
    ['null', 'binary/null', ''],
    ['protobuf of nobody', 'json/protobuf', '{}'],
  ];

  test.each(SIGNALS)('%s: each is refused, and the run completes', async (signal) => {
    const run = await server.start('oneReview');
    const [requirement] = await run.paused();
    for (const [, encoding, data] of PAYLOADS) await signalRaw(server, run, signal, encoding, data);
    const output = await run.output();
    expect(openOf(output)).toEqual([requirement]);
    expect(refusals(output)).toEqual(PAYLOADS.map(() => ['malformed', signal]));
    await run.answer('approve', requirement!);
    expect((await run.result()).content).toEqual({ got: 'draft#1' });
  });

  test('a signal that does not exist is nobody’s', async () => {
    const run = await server.start('oneReview');
    const [requirement] = await run.paused();
    await run.signal('approveEverything', { requirement: requirement!.id });
    await signalRaw(server, run, '__proto__', 'application/x-junk', 'junk');
    await signalRaw(server, run, 'constructor', 'json/plain', '{');
    await run.answer('approve', requirement!);
    expect((await run.result()).refusedAnswers.count).toBe(0);
  });
});

describe.concurrent('values that look like something else', () => {
  test('prototype keys in values, feedback and edits are data, and pollute nothing', async () => {
    const run = await server.start('anyValues');
    const [fill] = await run.paused();
    const values = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}';
    await signalRaw(server, run, 'provideInput', 'json/plain', `{"requirement":"${fill!.id}","values":${values}}`);
    const [check] = await run.paused();
    expect(JSON.stringify(check!.input)).toBe(values);
    expect(check).not.toHaveProperty('polluted');
    await run.answer('approve', check!);
    expect((await run.result()).status).toBe('completed');
  });

  test('halves of surrogate pairs, control characters and right-to-left marks go through whole', async () => {
    const text = '\ud83d \udc4d \u0000 \u202e ``` # heading';
    const run = await server.start('oneReview');
    const [requirement] = await run.paused();
    await run.answer('editOutput', requirement!, { output: text, by: `${text}\n` });
    const output = await run.result();
    expect(output.content).toEqual({ got: text });
    expect(output.stepRequirements[0]!.resolvedBy).toBe(`${text}\n`);
  });
});

describe.concurrent('more than one answer', () => {
  test('two valid answers in one workflow task: the first in history wins, the other is kept as refused', async () => {
    const taskQueue = `${server.taskQueue}-two-answers`;
    const worker = await server.worker({ taskQueue });
    const run = await server.start('oneReview', 'IN', undefined, { taskQueue });
    const [requirement] = await run.paused();
    await worker.stop();
    await run.answer('reject', requirement!, { by: 'ann', feedback: 'no' });
    await run.answer('approve', requirement!, { by: 'bob' });
    await server.worker({ taskQueue });
    const output = await run.result();
    expect(output.stepRequirements[0]).toMatchObject({
      resolution: 'rejected',
      resolvedBy: 'ann',
      rejectionFeedback: 'no',
    });
    expect(output.refusedAnswers).toEqual({
      count: 1,
      newest: [
        {
          ...{ code: 'already_resolved', signal: 'approve', requirement: requirement!.id, by: 'bob' },
          reason: expect.stringMatching(/^already rejected by ann at \d{4}-/),
          at: expect.stringMatching(/^\d{4}-/),
        },
      ],
    });
    expect(output.content).toEqual({ got: null });
  });

  test('ten senders at the same time: exactly one wins', async () => {
    const run = await server.start('oneReview');
    const [requirement] = await run.paused();
    const senders = Array.from({ length: 10 }, (_, index) => `sender-${index}`);
    await Promise.all(senders.map((by) => run.answer('editOutput', requirement!, { output: by, by })));
    const output = await run.result();
    const winner = output.stepRequirements[0]!.resolvedBy!;
    expect(output.content).toEqual({ got: winner });
    // Signals that come after the end of the run are nobody's; those before it are all in the record.
    const refused = output.refusedAnswers.newest.map(({ by }) => by);
    expect(refused).not.toContain(winner);
    expect(new Set(refused).size).toBe(output.refusedAnswers.count);
  });

  test('the same decision id again changes nothing, and is no refusal', async () => {
    const run = await server.start('sideBySide');
    const [left, right] = await run.paused(2);
    const decision = {
      decisionId: 'd1',
      by: 'ann',
      decisions: [{ requirement: left!.id, digest: left!.digest, action: 'confirm' }],
    };
    await run.signal('continueRun', decision);
    await run.signal('continueRun', decision);
    await run.signal('continueRun', { ...decision, decisions: [{ requirement: right!.id, action: 'confirm' }] });
    const output = await run.output();
    expect(openOf(output)).toEqual([right]);
    expect(output.refusedAnswers).toEqual({ count: 0, newest: [] });
    expect(output.stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann', decisionId: 'd1' });
    await run.answer('approve', right!);
    expect((await run.result()).status).toBe('completed');
  });

  test('an empty decision id is none: a second answer by hand counts', async () => {
    const run = await server.start('sideBySide');
    const [left, right] = await run.paused(2);
    await run.answer('approve', left!, { decisionId: '' });
    await run.answer('approve', right!, { decisionId: '' });
    expect((await run.result()).status).toBe('completed');
  });

  test('each decision stands alone: the good one counts, the others are refused', async () => {
    const run = await server.start('sideBySide');
    const [left, right] = await run.paused(2);
    await run.signal('continueRun', {
      decisionId: 'd1',
      by: 'ann',
      decisions: [
        { requirement: 'nope', action: 'confirm' },
        { requirement: left!.id, action: 'select', choices: ['x'] },
        { requirement: right!.id, digest: right!.digest, action: 'confirm' },
        { requirement: right!.id, action: 'reject' },
        { requirement: left!.id, action: 'confirm', sudo: true },
        'junk',
      ],
    });
    const output = await run.output();
    expect(openOf(output)).toEqual([left]);
    expect(output.stepRequirements.find(({ id }) => id === right!.id)).toMatchObject({ resolution: 'confirmed' });
    expect(refusals(output)).toEqual([
      ['malformed', 'continueRun', left!.id],
      ['malformed', 'continueRun'],
      ['not_found', 'continueRun', 'nope'],
      ['invalid', 'continueRun', left!.id],
      ['already_resolved', 'continueRun', right!.id],
    ]);
    expect(output.refusedAnswers.newest.every(({ by, decisionId }) => by === 'ann' && decisionId === 'd1')).toBe(true);
    await run.answer('approve', left!);
    expect((await run.result()).status).toBe('completed');
  });

  test('answers to closed, unknown and future requirements, and to a closed run', async () => {
    const run = await server.start('draftAndPublish');
    const [draft] = await run.paused();
    await run.signal('approve', { requirement: 'publish#confirmation' });
    await run.answer('approve', draft!);
    const publish = await run.pausedAt('confirmation');
    await run.answer('approve', draft!);
    await run.signal('approve', { requirement: 'draft#outputReview~9' });
    await run.answer('approve', publish, { digest: draft!.digest });
    expect(refusals(await run.output())).toEqual([
      ['not_found', 'approve', 'publish#confirmation'],
      ['already_resolved', 'approve', draft!.id],
      ['not_found', 'approve', 'draft#outputReview~9'],
      ['digest_mismatch', 'approve', publish.id],
    ]);
    await run.answer('approve', publish);
    expect((await run.result()).status).toBe('completed');
    await expect(run.answer('approve', publish)).rejects.toThrow(/already completed/);
  });
});

test('what was sent before an execution began is read in the order in which it was sent: the first answer wins', async () => {
  const taskQueue = `${server.taskQueue}-later`;
  const run = await server.start('oneReview', 'IN', undefined, { taskQueue });
  const sent = SIGNALS.toReversed();
  for (const signal of sent) await run.signal(signal, { requirement: 'nope' });
  await server.worker({ taskQueue });
  await run.pausedAt('output_review');
  const { newest } = (await run.output()).refusedAnswers;
  expect(newest.map(({ signal }) => signal)).toEqual(sent);
});

describe.concurrent('hostile starts', () => {
  test.each([
    ['a key that is cut in the middle of a character', { [`${'a'.repeat(79)}😀`]: 1 }],
    ['a value that is cut there', { sessionId: `${'a'.repeat(77)}😀`.repeat(10) }],
    ['a user id that is an object', { userId: { id: '😀'.repeat(100) } }],
  ])('%s fails the run as bad input', async (_, options) => {
    const run = await server.start('oneReview', 'IN', options as object);
    await expect(run.result()).rejects.toMatchObject({ cause: { type: 'holdpoint.InvalidInput' } });
  });
});
