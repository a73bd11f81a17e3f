/**
 * How the history of an agent's run grows: each turn costs the same events, and the same bytes but for the message list
 * that its model call carries. What the run shows of itself does not grow with what it has asked before.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { agent, tool } from '../../activities/index.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import type { GenerateRequest } from '../../workflows/protocol/agent.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { ScriptedModel } from '../kit/index.ts';
import { eventsOf, type HistoryEvent, ofType, typeOf } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';

const TURNS = 50;
const GATED = 20;
/** What a tool gives: about a line of text. */
const RESULT = 'x'.repeat(100);

/** Turns with a gated call, spread over the run: from the second on, two of five, until there are enough. */
const isGated = (turn: number) => [2, 4].includes(turn % 5) && turn <= (GATED / 2) * 5;

const inputSchema = z.object({ place: z.string() });
const execute = () => RESULT;
export const agents = {
  walker: agent({
    maxTurns: 60,
    tools: {
      look: tool({ description: 'Looks around', inputSchema, execute }),
      open: tool({ description: 'Opens a gate', inputSchema, execute, requiresConfirmation: true }),
    },
    model: new ScriptedModel([
      ...Array.from({ length: TURNS - 1 }, (_, index) => ({
        toolCalls: [{ toolName: isGated(index + 1) ? 'open' : 'look', args: { place: 'the garden' } }],
      })),
      'done',
    ]),
  }),
};

const taskQueue = `agent-history-${randomUUID()}`;
let server: TestServer;
beforeAll(async () => {
  server = await openServer();
  const workflowsPath = fileURLToPath(new URL('../workflows/agent-history/index.ts', import.meta.url));
  await server.worker({ taskQueue, activities: { agents }, workflowBundle: await bundleWorkflows({ workflowsPath }) });
});
afterAll(() => server.close());

/** One turn: from its model call to the next. */
interface Turn {
  readonly events: Readonly<Record<string, number>>;
  /** Bytes of the message list in the model call. */
  readonly messages: number;
  /** Bytes of all its events, without that list. */
  readonly rest: number;
  /** Those of them in which the run shows itself: memo and search attributes. */
  readonly shown: number;
}

const { HistoryEvent: Encoded } = proto.temporal.api.history.v1;
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
const bytesOf = (events: readonly HistoryEvent[]) => sum(events.map((each) => Encoded.encode(each).finish().length));
const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
/** `[least, most]` */
const range = (numbers: readonly number[]) => [Math.min(...numbers), Math.max(...numbers)] as const;

function turnsOf(events: readonly HistoryEvent[]): Turn[] {
  const starts = events.flatMap((event, index) => (requestOf(event) ? [index] : []));
  return starts.map((start, index) => {
    const own = events.slice(start, starts[index + 1]);
    const counts: Record<string, number> = {};
    for (const event of own) counts[typeOf(event)] = (counts[typeOf(event)] ?? 0) + 1;
    const messages = jsonBytes(requestOf(own[0]!)!.messages);
    const shown = ['WorkflowPropertiesModified', 'UpsertWorkflowSearchAttributes'].flatMap((type) => ofType(own, type));
    return { events: counts, messages, rest: bytesOf(own) - messages, shown: bytesOf(shown) };
  });
}

function requestOf({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): GenerateRequest | undefined {
  if (scheduled?.activityType?.name !== 'walker.generate') return undefined;
  return JSON.parse(Buffer.from(scheduled.input!.payloads![0]!.data!).toString()) as GenerateRequest;
}

async function walk(): Promise<{ events: HistoryEvent[]; output: RunOutput }> {
  const run = await server.start('agentHistory', 'Walk through the garden', undefined, { taskQueue });
  for (let i = 0; i < GATED; i += 1) {
    const [requirement] = await run.paused();
    await run.answer('approve', requirement!);
  }
  return { output: await run.result(), events: await eventsOf(run.handle) };
}

/** Two activities, model and tool, and the workflow task after each. */
const FREE_TURN = {
  ...{ ActivityTaskScheduled: 2, ActivityTaskStarted: 2, ActivityTaskCompleted: 2 },
  ...{ WorkflowTaskScheduled: 2, WorkflowTaskStarted: 2, WorkflowTaskCompleted: 2 },
};
/** And the pause: a timer, an answer with its workflow task, and the run's picture when it opens and when it closes. */
const GATED_TURN = {
  ...FREE_TURN,
  ...{ TimerStarted: 1, WorkflowExecutionSignaled: 1, TimerCanceled: 1 },
  ...{ WorkflowTaskScheduled: 3, WorkflowTaskStarted: 3, WorkflowTaskCompleted: 3 },
  ...{ WorkflowPropertiesModified: 2, UpsertWorkflowSearchAttributes: 2 },
};

test(`${TURNS} turns with ${GATED} gated calls cost the same each, but for the message list`, async () => {
  const { events, output } = await walk();
  expect(output).toMatchObject({ status: 'completed', content: 'done' });
  const turns = turnsOf(events);
  expect(turns).toHaveLength(TURNS);
  const gated = turns.filter((_, index) => isGated(index + 1));
  // The last one is the answer, and the end of the run.
  const free = turns.slice(0, -1).filter((_, index) => !isGated(index + 1));

  for (const { events: counts } of free) expect(counts).toEqual(FREE_TURN);
  for (const { events: counts } of gated) expect(counts).toEqual(GATED_TURN);
  expect(gated).toHaveLength(GATED);

  const bytes = (name: string, numbers: readonly number[], allowance: number) => {
    const [least, most] = range(numbers);
    console.log(`${name}: ${least} to ${most} bytes`);
    // Numbers that count on – event ids, the ids of calls and requirements – get longer, nothing else does.
    expect(most - least).toBeLessThanOrEqual(allowance);
  };
  bytes('a turn with an ungated call, without its messages', rests(free), 150);
  bytes('a turn with a gated call, without its messages', rests(gated), 250);
  bytes(
    'of it, memo and search attributes',
    gated.map(({ shown }) => shown),
    40,
  );
  const { stepRequirements } = output;
  expect(stepRequirements).toHaveLength(GATED);
  bytes('a requirement in query and result', stepRequirements.map(jsonBytes), 20);
  const growth = turns.slice(1).map(({ messages }, index) => messages - turns[index]!.messages);
  bytes('the messages grow with each turn by', growth, 10);

  const messages = sum(turns.map((turn) => turn.messages));
  const [last] = turns.slice(-1);
  console.log(
    `the history: ${events.length} events, ${bytesOf(events)} bytes, of which ${messages} are messages, ` +
      `in the last model call ${last!.messages}; the result: ${jsonBytes(output)} bytes`,
  );
});

function rests(turns: readonly Turn[]): number[] {
  return turns.map(({ rest }) => rest);
}
