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

/** Nothing tells of durable code that is called and not waited for: types do not where nobody uses its value. */
describe('no durable code is begun and left', () => {
  const sources = readdirSync(WORKFLOWS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: withoutComments(readFileSync(join(WORKFLOWS, file), 'utf8')) }));
  const names = new Set(
    sources.flatMap(({ text }) => {
      const declared = text.matchAll(/(?:function\* ?|^\s+(?:static )?\*#?)(\w+)[(<]/gm);
      const typed = text.matchAll(
        /(\w+)(?:: \w+(?:<\w+>)? = function\*|\([^()]*\): Durable<|: \([^()]*\) => Durable<)/g,
      );
      return [...declared, ...typed].map(([, name]) => name!);
    }),
  );
  /** Of the same name, and not durable. */
  const OTHERS =
    /^(?:this\.)?#?(?:journal\.take|requirements\.ask|evaluator\.evaluate|selector\.evaluate|endCondition\.evaluate)$/;
  /** Functions that hand on what they begin. */
  const HAND_ON = ['askForReview', 'scope.run.desk.awaitDecision', 'runAgent', 'host.ask', 'at.result'];

  /** Calls that stand neither behind `yield*` nor in an arrow function, which hands them on. */
  function left(text: string): string[] {
    return [...text.matchAll(/(?<![\w.#])((?:#?[\w!?]+(?:\[\w+\]|\([^()]*\))*!?\.)*#?(\w+)!?)\(/g)].flatMap((call) => {
      const [, callee, name] = call as unknown as [string, string, string];
      const before = text.slice(0, call.index).trimEnd();
      const isCalled = names.has(name) && !OTHERS.test(callee);
      if (!isCalled || /(?:yield\*|=>|function\*?|^\s*\*)$/m.test(before)) return [];
      if (before.endsWith('return') && HAND_ON.includes(callee)) return [];
      return [callee];
    });
  }

  it('finds the names', () => {
    const some = ['runNode', 'passGate', 'runStep', 'runLoop', 'awaitDecision', 'boundary', 'hold', 'runAgent', 'ask'];
    expect([...names]).toEqual(expect.arrayContaining(some));
  });

  it.each([
    'desk.boundary();',
    'if (x) this.departure.hold();',
    'if (x) this.#leave(input);',
    'while (x) this.hold();',
    'void desk.hold()',
    'x && desk.hold()',
    'try { desk.hold(); } finally {}',
    'const round = passGate(here, kind);',
    'return passGate(here, kind);',
    'return scope.run.desk.settled(() => fn(input));',
  ])('finds one that is left: %s', (code) => {
    expect(left(code)).toHaveLength(1);
  });

  it('finds none that is waited for or handed on', () => {
    expect(left('yield* desk.boundary(); const x = yield* place.result("a", () => ask(here));')).toEqual([]);
  });

  it('is not in any file', () => {
    // What class members and interfaces declare looks like a call.
    const declared = ['human/journal.ts: take', 'human/requirements.ts: ask'];
    const found = sources.flatMap(({ file, text }) => left(text).map((callee) => `${file}: ${callee}`));
    expect(found.filter((each) => !declared.includes(each))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}
