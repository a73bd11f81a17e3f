/** Activities of test/workflows/large.ts. */
import { ApplicationFailure } from '@temporalio/common';
import { StepInput } from '../../workflows/define/step-input.ts';

const bytesOf = (given: unknown) => Number(given instanceof StepInput ? given.input : given);

/** How often each run has called `make`. */
export const made = new Map<string, number>();

export const largeActivities = {
  async make(given: unknown): Promise<string> {
    if (given instanceof StepInput) made.set(given.runId, (made.get(given.runId) ?? 0) + 1);
    return 'x'.repeat(bytesOf(given));
  },
  /** Bytes of what it gets. */
  async size(given: unknown): Promise<number> {
    return JSON.stringify(given).length;
  },
  async fail(given: unknown): Promise<string> {
    const message = 'y'.repeat(bytesOf(given));
    throw ApplicationFailure.create({ type: 'Verbose', message, details: [message] });
  },
};
