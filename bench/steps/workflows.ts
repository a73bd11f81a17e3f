/**
 * One job in five ways: work, ask, work, ask, work. By hand – what one writes with Temporal alone –, by hand with what makes
 * a pause visible, and with holdpoint, where the work is a remote activity as by hand, a local activity, or an inline function.
 */
import { defineSearchAttributeKey } from '@temporalio/common';
import * as temporal from '@temporalio/workflow';
import { proxyActivities, proxyLocalActivities, type StepFunction, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const TIMEOUT = '1 hour';
const options = { startToCloseTimeout: '1 minute' } as const;

const { work: byHand } = temporal.proxyActivities<typeof activities>(options);
const approve = temporal.defineSignal<[number]>('approve');

export const handWritten = byHandJob(() => {});

const STATUS = defineSearchAttributeKey('HoldpointStatus', 'KEYWORD');

/** So that lists show what waits: a memo and a search attribute when a pause opens, and when it closes. */
export const visible = byHandJob((status, asked) => {
  temporal.upsertMemo({ status, ...(asked === undefined ? {} : { asked: `May step ${asked} run?` }) });
  temporal.upsertSearchAttributes([{ key: STATUS, value: status }]);
});

function byHandJob(show: (status: 'paused' | 'running', asked?: number) => void) {
  return async (): Promise<string> => {
    let approved = 0;
    temporal.setHandler(approve, (pause) => {
      approved = Math.max(approved, pause);
    });
    let content = await byHand();
    for (const pause of [1, 2]) {
      show('paused', pause);
      if (!(await temporal.condition(() => approved >= pause, TIMEOUT))) return 'timed out';
      show('running');
      content = await byHand();
    }
    return content;
  };
}

/** The confirmed steps say idempotent, so that local activities are allowed, and the same in all ways. */
function job(name: string, executor: StepFunction) {
  const humanReview = { requiresConfirmation: true, timeout: TIMEOUT } as const;
  return workflow({
    name,
    steps: [
      step({ name: 'first', executor }),
      step({ name: 'second', executor, idempotent: true, humanReview }),
      step({ name: 'third', executor, idempotent: true, humanReview }),
    ],
  });
}

export const remote = job('remote', proxyActivities<typeof activities>(options).work);
export const local = job('local', proxyLocalActivities<typeof activities>(options).work);
export const inline = job('inline', () => 'done');
