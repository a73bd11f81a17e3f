/**
 * Tells somebody outside of a pause: an activity of the worker's when it opens, and another a set time before its
 * deadline. Beside the run, never in its way: what fails here touches nothing.
 */
import { ActivityCancellationType } from '@temporalio/common';
import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
import { jsonBytes } from '../define/json.ts';
import { brief } from '../protocol/memo.ts';
import { ON_PAUSE_ACTIVITY, type PauseMessage, type PauseToldReply } from '../protocol/on-pause.ts';
import type { StepRequirement } from '../protocol/requirement.ts';
import type { TaskRoom } from './task-room.ts';

/** What became of telling somebody. */
export type Announced = PauseToldReply & { readonly reminded?: true };

type Run = Pick<PauseMessage, 'runId' | 'workflowName' | 'sessionId'>;

/**
 * @param asked the question as it stands: a reminder shows what is still to be answered of it
 * @param announced who has been told already, in this execution or an earlier one
 * @returns what ends it, when nobody needs to be told any more
 */
export function announce(
  run: Run,
  asked: () => StepRequirement,
  announced: Map<string, Announced>,
  room: TaskRoom,
): () => void {
  const scope = new CancellationScope();
  const message = (type: PauseMessage['type']): PauseMessage => ({ type, ...run, requirement: brief(asked()) });
  const told = scope.run(async () => {
    const { id, timeoutAt } = asked();
    const before = announced.get(id);
    const reply: Announced = before ?? (await tell(message('pause'), room));
    announced.set(id, reply);
    const { remindBeforeMs, reminded } = reply;
    if (timeoutAt === undefined || remindBeforeMs === undefined || reminded) return;
    const waitMs = Date.parse(timeoutAt) - remindBeforeMs - Date.now();
    // Asked so late, it would say nothing new; in a later execution it was under way when the run left the one before.
    const isLate = waitMs <= 0 && !before;
    if (waitMs > 0) await sleep(waitMs, { summary: `reminder of ${id}` });
    if (!isLate) await tell(message('reminder'), room);
    announced.set(id, { ...reply, reminded: true });
  });
  told.catch(() => {});
  return () => scope.cancel();
}

async function tell(message: PauseMessage, room: TaskRoom): Promise<PauseToldReply> {
  while (room.isFull) await room.nextTask();
  // Where it was answered meanwhile, nothing is sent.
  if (!CancellationScope.current().consideredCancelled) room.addMemo(jsonBytes(message));
  const activities = proxyActivities<Record<string, (message: PauseMessage) => Promise<PauseToldReply>>>({
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 day',
    retry: { maximumAttempts: 20, maximumInterval: '1 hour' },
    summary: `${message.type} ${message.requirement.id}`,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  return activities[ON_PAUSE_ACTIVITY]!(message);
}
