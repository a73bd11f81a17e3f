import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { InvalidAnswer } from '../../../client/errors.ts';
import { EventStream } from '../../../client/event-stream.ts';
import { leavable } from '../../../client/leavable.ts';
import type { Run } from '../../../client/run.ts';
import type { RunEvent } from '../../../workflows/protocol/events.ts';

const event = (sequence: number) => ({ event: 'StepOutput', sequence }) as RunEvent;

async function* events(count: number): AsyncGenerator<RunEvent, void> {
  for (let sequence = 1; sequence <= count; sequence += 1) yield event(sequence);
}

test('a stream keeps no event that was read', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const stream = new EventStream(events(100), new Promise(() => {}))[Symbol.asyncIterator]();
  const read: WeakRef<RunEvent>[] = [];
  for (let count = 0; count < 90; count += 1) read.push(new WeakRef((await stream.next()).value!));
  await turn();
  collect();
  await turn();
  // Of the newest one, something may be on the stack.
  expect(read.slice(0, 80).filter((each) => each.deref() !== undefined)).toEqual([]);
});

test('a stream whose answer was refused ends with that, also where no event comes', async () => {
  const one = leavable(async function* (): AsyncGenerator<RunEvent, void> {
    yield event(1);
    await new Promise(() => {});
  });
  let refuse: (error: Error) => void = () => {};
  const outcome = new Promise<Run>((_, reject) => {
    refuse = reject;
  });
  const stream = new EventStream(one, outcome)[Symbol.asyncIterator]();
  await stream.next();
  const pending = stream.next();
  refuse(new InvalidAnswer('a', 'no'));
  await expect(pending).rejects.toThrow(InvalidAnswer);
});
