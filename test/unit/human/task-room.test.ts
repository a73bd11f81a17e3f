/** How many activities a run has at once: the server takes no workflow task that makes it more than 2,000. */
import { expect, it } from 'vitest';
import type { Departure } from '../../../workflows/human/departure.ts';
import { drive, waitFor } from '../../../workflows/human/durable.ts';
import { MOST_AT_WORK, TaskRoom } from '../../../workflows/human/task-room.ts';

it('lets no more in than may be at work, and in their order as others leave, also those that then do nothing', async () => {
  const room = new TaskRoom({ historyLength: 1 } as Departure);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = Array.from({ length: MOST_AT_WORK + 20 }, (_, index) =>
    drive(function* () {
      yield* room.admit();
      try {
        if (index % 2 === 1 && index >= MOST_AT_WORK) return;
        begun.push(index);
        yield* waitFor(new Promise<void>((end) => ends.push(end)));
      } finally {
        room.dismiss();
      }
    }),
  );
  await Promise.resolve();
  expect(begun).toHaveLength(MOST_AT_WORK);
  for (let ended = 0; ended < ends.length; ended += 1) {
    ends[ended]!();
    await new Promise(setImmediate);
    expect(begun.length - ended - 1).toBeLessThanOrEqual(MOST_AT_WORK);
  }
  await Promise.all(all);
  expect(begun).toEqual([...begun].sort((a, b) => a - b));
  expect(begun).toHaveLength(MOST_AT_WORK + 10);
});
