/** Too many signals, and too large ones (H3, H4): the run stays small, answerable, and can complete. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approve, drive, edit, input, refusals } from '../support/drive.ts';
import { SIGNALS, signalRaw } from '../support/raw-signals.ts';
import { openOf, openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

async function inBatches(count: number, send: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - start) }, (_, index) => send(start + index)));
  }
}

describe.concurrent('too much', () => {
  test('a thousand junk signals: the newest 20 refusals are kept, all are counted', async () => {
    const run = await server.start('oneReview');
    const [requirement] = await run.paused();
    await inBatches(1000, (index) =>
      run.signal(SIGNALS[index % SIGNALS.length]!, { requirement: `junk-${index}`, junk: index }),
    );
    await run.signal('approve', { requirement: 'the last', by: 'eve' });
    const { refusedAnswers } = await run.output();
    expect(refusedAnswers.count).toBe(1001);
    expect(refusedAnswers.newest).toHaveLength(20);
    expect(refusedAnswers.newest.at(-1)).toMatchObject({ code: 'not_found', requirement: 'the last', by: 'eve' });
    await run.answer('approve', requirement!);
    expect(await run.result()).toMatchObject({ status: 'completed', refusedAnswers: { count: 1001 } });
  });

  test('refusals are small, however large the answers: keys of 200 KB cannot fill the result', async () => {
    const run = await server.start('strictValues');
    for (const id of ['list#userInput', 'schema#userInput']) {
      const [requirement] = await run.paused();
      expect(requirement!.id).toBe(id);
      for (let index = 0; index < 10; index += 1) {
        await run.answer('provideInput', requirement!, { values: { ['k'.repeat(200_000)]: 1, n: 1 } });
      }
      await run.answer('provideInput', requirement!, { values: { n: 'x'.repeat(200_000) } });
      await run.answer('provideInput', requirement!, { values: { n: 1 } });
    }
    const output = await run.result();
    expect(output.refusedAnswers.count).toBe(22);
    expect(JSON.stringify(output).length).toBeLessThan(40_000);
  });

  test.each([150, 1000, 7000, 10_000, 250_000])(
    'an answer that nests %i levels is refused: what one stack holds another may not',
    async (levels) => {
      const nested = (open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`;
      const review = await server.start('oneReview');
      const [draft] = await review.paused();
      await signalRaw(
        server,
        review,
        'editOutput',
        'json/plain',
        `{"requirement":"${draft!.id}","output":${nested('[', ']')}}`,
      );
      expect(openOf(await review.output())).toEqual([draft]);
      const values = await server.start('anyValues');
      const [fill] = await values.paused();
      await signalRaw(
        server,
        values,
        'provideInput',
        'json/plain',
        `{"requirement":"${fill!.id}","values":${nested('{"a":', '}')}}`,
      );
      expect(openOf(await values.output())).toEqual([fill]);
      expect(refusals(await values.output())).toEqual([['malformed', 'provideInput']]);
      expect((await drive(review, edit([[1]]))).output.content).toEqual({ got: [[1]] });
      expect((await drive(values, input({ a: { b: 1 } }), approve)).end[0]).toBe('completed');
    },
  );
});

describe('too much, all of it valid', () => {
  // Each answer is within its limit; together they are larger than a payload may be (2 MB).
  test('answers of 250 KB, one after the other, cannot make the result too large to complete', async () => {
    const run = await server.start('unlimited');
    const feedback = 'x'.repeat(250_000);
    for (let round = 0; round < 10; round += 1) await run.answer('reject', (await run.paused())[0]!, { feedback });
    await run.answer('approve', (await run.paused())[0]!);
    const ended = async (): Promise<string> => {
      const { events } = await run.handle.fetchHistory();
      const last = events!.at(-1)!;
      if (last.workflowExecutionCompletedEventAttributes) return 'completed';
      return last.workflowTaskFailedEventAttributes ? 'task failed' : ended();
    };
    expect(await ended()).toBe('completed');
    expect(await run.result()).toMatchObject({ status: 'completed', truncated: true });
  });
});
