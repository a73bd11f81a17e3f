/**
 * Pauses as metrics. Temporal's meter is silent in a replay and leaves nothing in the history. Tags are bounded by the
 * definition: nothing that anybody sends is in them.
 */
import { metricMeter } from '@temporalio/workflow';
import { ANSWERS_REFUSED, DECISION_SECONDS, PAUSES_CLOSED, PAUSES_OPENED } from '../protocol/metrics.ts';
import type { RefusalCode, StepRequirement } from '../protocol/requirement.ts';

function count(name: string, tags: Record<string, string>): void {
  metricMeter.createCounter(name).add(1, tags);
}

export function countPause({ stepName: step, kind }: StepRequirement): void {
  count(PAUSES_OPENED, { step, kind });
}

/** @param late its deadline closed it */
export function countClosed(closed: StepRequirement, late: boolean): void {
  const { stepName: step, kind, resolution, createdAt, resolvedAt } = closed;
  count(PAUSES_CLOSED, { step, kind, resolution: late ? 'timeout' : resolution! });
  if (late || resolution === 'withdrawn') return;
  // Temporal's clock may go back a little between two tasks, and the meter throws at what is negative.
  const seconds = Math.max(0, Date.parse(resolvedAt!) - Date.parse(createdAt)) / 1000;
  metricMeter.createHistogram(DECISION_SECONDS, 'float').record(seconds, { step, kind });
}

/** @param meant what the answer was to; `undefined` where there is no such requirement */
export function countRefusal(code: RefusalCode, meant: StepRequirement | undefined): void {
  count(ANSWERS_REFUSED, { code, step: meant?.stepName ?? '', kind: meant?.kind ?? '' });
}
