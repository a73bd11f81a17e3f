/** Activities that fail, wait and clean up, and what they did. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { StepInput } from '../../workflows/define/step-input.ts';
import type { ErrorActivities } from '../workflows/errors.ts';
import type { TestRun } from './server.ts';

/** What the activities of a run did, by run. */
export const log = new Map<string, { step: string; key: string; did: string }[]>();
/** Lets the slow ones of a run go on. */
export const gates = new Map<string, () => void>();

function note({ runId, stepName, idempotencyKey }: StepInput, did = 'start'): void {
  log.set(runId, [...(log.get(runId) ?? []), { step: stepName, key: idempotencyKey, did }]);
}

export const errorActivities: ErrorActivities = {
  async boom(step) {
    note(step);
    throw new Error(`boom ${Context.current().info.attempt}`);
  },
  async hopeless(step) {
    note(step);
    throw ApplicationFailure.nonRetryable('hopeless', 'Hopeless');
  },
  async wobbly(step) {
    note(step);
    const rounds = log.get(step.runId)!.filter(({ key }) => key === step.idempotencyKey).length;
    if (rounds === 1) throw new Error('wobble');
    return `sent ${step.idempotencyKey.split('/').slice(2).join('/')}`;
  },
  async halved(step) {
    note(step);
    throw Object.assign(new Error(`no ${String(step.input)}`), { name: `E${String(step.input)}` });
  },
  async soft(step) {
    note(step);
    return { content: 'half', success: false, error: 'soft' };
  },
  async slow(step) {
    note(step);
    const before = gates.get(step.runId);
    await new Promise<void>((resolve) => {
      gates.set(step.runId, () => {
        before?.();
        resolve();
      });
    });
    note(step, 'end');
    return 'slow';
  },
  async endless(step) {
    note(step);
    try {
      await Context.current().cancelled;
    } catch (error) {
      note(step, 'cancelled');
      await new Promise((resolve) => setTimeout(resolve, 50));
      note(step, 'cleaned up');
      throw error;
    }
    return 'never';
  },
  async aborted(step) {
    note(step);
    return Context.current().cancelled.catch(() => {
      throw new Error('request aborted');
    });
  },
};

export const did = (run: TestRun): string[] =>
  (log.get(run.handle.workflowId) ?? []).map(({ step, did: what }) => `${step} ${what}`);
