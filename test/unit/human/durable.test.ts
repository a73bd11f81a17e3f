/** Durable code: how it is driven, and that none of it is begun and left. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Durable, drive, waitFor } from '../../../workflows/human/durable.ts';

const WORKFLOWS = fileURLToPath(new URL('../../../workflows', import.meta.url));

describe('driving', () => {
  it('starts at once, waits for what is yielded, and gives what is returned', async () => {
    const seen: string[] = [];
    function* inner(): Durable<number> {
      seen.push('inner');
      return (yield* waitFor(Promise.resolve(20))) + 1;
    }
    const driven = drive(function* () {
      seen.push('outer');
      return 2 * (yield* inner());
    });
    seen.push('after');
    expect(await driven).toBe(42);
    expect(seen).toEqual(['outer', 'inner', 'after']);
  });

  it('throws into the code what a promise rejects with, and on what the code does not catch', async () => {
    function* failing(): Durable<never> {
      yield* waitFor(Promise.reject(new Error('first')));
      throw new Error('not reached');
    }
    function* mending(): Durable<string> {
      try {
        return yield* failing();
      } catch (error) {
        return `caught ${(error as Error).message}`;
      }
    }
    expect(await drive(mending)).toBe('caught first');
    await expect(drive(failing)).rejects.toThrow('first');
    await expect(
      drive(() => {
        throw new Error('before it began');
      }),
    ).rejects.toThrow('before it began');
  });

  it('takes any thenable, also one that answers at once', async () => {
    const thenable: PromiseLike<string> = {
      then: (resolve) => Promise.resolve(resolve!('now')) as never,
    };
    expect(await drive(() => waitFor(thenable))).toBe('now');
  });

  it('ends with an error from outside, and then the code does not go on', async () => {
    let end!: (error: unknown) => void;
    let open!: () => void;
    let went = false;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const driven = drive(function* (abandon): Durable<void> {
      end = abandon;
      yield* waitFor(gate);
      went = true;
    });
    end(new Error('elsewhere'));
    await expect(driven).rejects.toThrow('elsewhere');
    expect(went).toBe(false);
    open();
  });
});

/** Types say where a value is missing; only a call for its own sake could be begun and left without anybody noticing. */
describe('no durable code is begun and left', () => {
  const sources = readdirSync(WORKFLOWS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(join(WORKFLOWS, file), 'utf8') }));
  const names = new Set(
    sources.flatMap(({ text }) => {
      const declared = text.matchAll(/(?:function\* ?|^\s+(?:private |static )*\*)(\w+)[(<]/gm);
      const typed = text.matchAll(/(?:const )?(\w+)(?:: \w+(?:<\w+>)? = function\*|\([^()]*\): Durable<)/g);
      return [...declared, ...typed].map(([, name]) => name!);
    }),
  );
  /** Statements that are a call of durable code, and nothing else; the body of an arrow function hands it on. */
  const left = (text: string) =>
    text
      .replaceAll(/=>\s+/g, '=> ')
      .split('\n')
      .filter((line) => names.has(/^\s*(?:[\w!?]+(?:\([^()]*\))?\.)*(\w+)\((?!.*\): )/.exec(line)?.[1] ?? ''));

  it('finds the names, and one that is left', () => {
    expect([...names]).toEqual(
      expect.arrayContaining([
        'runNode',
        'passGate',
        'runStep',
        'awaitDecision',
        'boundary',
        'hold',
        'runAgent',
        'ask',
      ]),
    );
    expect(left('    desk.boundary();')).toHaveLength(1);
    expect(left('  this.departure.hold();')).toHaveLength(1);
    expect(left('  passGate(here, kind);')).toHaveLength(1);
    expect(left('  yield* desk.boundary();')).toEqual([]);
  });

  it('is not in any file', () => {
    expect(sources.flatMap(({ file, text }) => left(text).map((line) => `${file}: ${line.trim()}`))).toEqual([]);
  });
});
