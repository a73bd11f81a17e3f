/** What a pause costs in history, event by event: at most 4 more than written by hand with signal, condition and timer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, ofType, typeOf, untilHistory } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer({ work: async () => 'worked' });
});
afterAll(() => server.close());

type Counts = Readonly<Record<string, number>>;

function countsOf(types: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function difference(more: Counts, less: Counts): Counts {
  const keys = [...new Set([...Object.keys(more), ...Object.keys(less)])].sort();
  const entries = keys.map((key) => [key, (more[key] ?? 0) - (less[key] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count !== 0));
}

const sum = (counts: Counts) => Object.values(counts).reduce((total, each) => total + each, 0);

/** Approves each pause once the run waits there: so each answer is a workflow task of its own, as with people. */
async function countEvents(workflow: string, pauses: number): Promise<Counts> {
  const run = await server.start(workflow, pauses);
  for (let i = 1; i <= pauses; i += 1) {
    await untilHistory(
      run.handle,
      (events) => ofType(events, 'TimerStarted').length === i && isIdle(events.map(typeOf)),
    );
    await run.signal('approve', { requirement: `step ${i}#confirmation` });
  }
  await run.handle.result();
  return countsOf((await eventsOf(run.handle)).map(typeOf));
}

/** Nothing is scheduled: the run waits. */
function isIdle(types: readonly string[]): boolean {
  return types.lastIndexOf('WorkflowTaskCompleted') > types.lastIndexOf('WorkflowTaskScheduled');
}

test('a pause costs what the hand-written one costs and 4 events', async () => {
  const [handTwo, handThree, ourTwo, ourThree] = [
    await countEvents('costByHand', 2),
    await countEvents('costByHand', 3),
    await countEvents('costOfHoldpoint', 2),
    await countEvents('costOfHoldpoint', 3),
  ];
  const [byHand, ours] = [difference(handThree, handTwo), difference(ourThree, ourTwo)];
  const extra = difference(ours, byHand);
  console.log(`one pause by hand: ${sum(byHand)} events, with holdpoint: ${sum(ours)}`, extra);
  // Two where it opens, two where it closes; no workflow task more.
  expect(extra).toEqual({ UpsertWorkflowSearchAttributes: 2, WorkflowPropertiesModified: 2 });

  const overhead = difference(difference(ourTwo, handTwo), {
    UpsertWorkflowSearchAttributes: 4,
    WorkflowPropertiesModified: 4,
  });
  console.log(`a whole run: ${sum(overhead)} events more than by hand, however many pauses it has`, overhead);
  expect(sum(overhead)).toBeLessThanOrEqual(5);
});

test('a step without a gate costs what its activity costs', async () => {
  const [one, two] = [await countUngated('costWithoutPauses', 1), await countUngated('costWithoutPauses', 2)];
  const step = difference(two, one);
  expect(step).toEqual({
    ActivityTaskScheduled: 1,
    ActivityTaskStarted: 1,
    ActivityTaskCompleted: 1,
    WorkflowTaskScheduled: 1,
    WorkflowTaskStarted: 1,
    WorkflowTaskCompleted: 1,
  });
});

async function countUngated(workflow: string, steps: number): Promise<Counts> {
  const run = await server.start(workflow, steps);
  await run.handle.result();
  return countsOf((await eventsOf(run.handle)).map(typeOf));
}
