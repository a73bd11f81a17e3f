/**
 * One job in four ways: work, ask, work, ask, work. By hand – what one writes with Temporal alone – and with holdpoint,
 * where the work is a remote activity as by hand, a local activity, or an inline function.
 */
import * as temporal from '@temporalio/workflow';
import { proxyActivities, proxyLocalActivities, type StepFunction, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const TIMEOUT = '1 hour';
const options = { startToCloseTimeout: '1 minute' } as const;

const { work: byHand } = temporal.proxyActivities<typeof activities>(options);
const approve = temporal.defineSignal<[number]>('approve');

export async function handWritten(): Promise<string> {
  let approved = 0;
  temporal.setHandler(approve, (pause) => {
    approved = Math.max(approved, pause);
  });
  let content = await byHand();
  for (const pause of [1, 2]) {
    if (!(await temporal.condition(() => approved >= pause, TIMEOUT))) return 'timed out';
    content = await byHand();
  }
  return content;
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
